/**
 * A Windows of its own on any machine, for the command line that `windows.test.ts` bundles with it: `path` is `path.win32`,
 * the folder in `SEEDWISE_DRIVE` stands for the drive `C:`, in which upper and lower case are the same, and the current
 * folder is `C:\Project`. It shows what becomes of paths; it is no Windows, and shows nothing else of one.
 */
import real from 'node:fs';
import nodePath from 'node:path';
import nodeUrl from 'node:url';

const DRIVE = process.env.SEEDWISE_DRIVE ?? '';
const { join, relative } = nodePath.posix;

/** Where a path of this Windows lies on the machine; what is there counts in any case. @param {unknown} name */
function placeOf(name) {
  if (typeof name !== 'string' || name.startsWith('/')) return name;
  const [drive, rest] = /^[a-z]:[\\/]/i.test(name) ? [name[0], name.slice(3)] : ['C', join('Project', name)];
  if (drive?.toUpperCase() !== 'C') return `/no drive ${drive}`;
  let place = DRIVE;
  for (const part of rest.split(/[\\/]+/)) {
    let entries = [part];
    try {
      entries = real.readdirSync(place);
    } catch {
      // What is not there keeps its name.
    }
    place = join(place, entries.find((each) => each.toLowerCase() === part.toLowerCase()) ?? part);
  }
  return place;
}

/** @param {string} place */
const nameOf = (place) => `C:\\${relative(DRIVE, place).replaceAll('/', '\\')}`;

const WITH_PATHS =
  /^(access|chmod|chown|exists|lstat|mkdir|mkdtemp|open|readFile|readdir|rename|rm|stat|unlink|utimes|writeFile)(Sync)?$/;

/** The same functions, which translate the paths that they are given. @param {Record<string, any>} module */
const translated = (module) =>
  Object.fromEntries(
    Object.entries(module).map(([name, work]) => [
      name,
      WITH_PATHS.test(name)
        ? (/** @type {unknown[]} */ ...args) => work(...args.map((each, i) => (i < 2 ? placeOf(each) : each)))
        : work,
    ]),
  );

/** @param {string} name */
const realpath = (name) => nameOf(real.realpathSync(String(placeOf(name))));
export const fs = { ...translated(real), realpathSync: Object.assign(realpath, { native: realpath }) };
export const promises = translated(real.promises);

const HERE = 'C:\\Project';
/** @param {string[]} parts */
const resolve = (...parts) => nodePath.win32.resolve(HERE, ...parts);
export const path = {
  ...nodePath.win32,
  resolve,
  relative: (/** @type {string} */ a, /** @type {string} */ b) => nodePath.win32.relative(resolve(a), resolve(b)),
};

Object.defineProperty(process, 'platform', { value: 'win32' });
export const url = {
  ...nodeUrl,
  /** @param {string} name */
  pathToFileURL: (name) => nodeUrl.pathToFileURL(resolve(name), { windows: true }),
  // The bundle itself lies on no drive.
  /** @param {string | URL} address */
  fileURLToPath: (address) => nodeUrl.fileURLToPath(address, { windows: /^file:\/\/\/[a-z]:/i.test(String(address)) }),
};
// The bundle asks this for the current folder; Node goes on asking its own.
Object.assign(globalThis, { windowsFolder: () => HERE });
