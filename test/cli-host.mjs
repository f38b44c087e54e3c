// Runs the bundled command line again and again in one process, each time in the folder and with the input it is told:
// starting Node and reading the bundle costs ten times what most commands do.
import { Readable } from 'node:stream';

/** @typedef {{ bundle: string, cwd: string, args: string[], input: Uint8Array }} Request */

/** @type {string[]} */
let out = [];
/** @type {string[]} */
let err = [];

/** @param {NodeJS.WriteStream} stream @param {(text: string) => void} keep */
function catchOutput(stream, keep) {
  /** @param {string | Uint8Array} text @param {unknown[]} rest */
  const write = (text, ...rest) => {
    keep(typeof text === 'string' ? text : Buffer.from(text).toString('utf8'));
    const done = rest.at(-1);
    if (typeof done === 'function') setImmediate(() => done());
    return true;
  };
  stream.write = /** @type {typeof stream.write} */ (write);
}
catchOutput(process.stdout, (text) => out.push(text));
catchOutput(process.stderr, (text) => err.push(text));

/** @type {((argv: string[]) => Promise<void>) | undefined} */
let runOnce;

/** @param {Request} request */
async function answer({ bundle, cwd, args, input }) {
  [out, err] = [[], []];
  process.chdir(cwd);
  process.exitCode = 0;
  process.argv = [process.execPath, bundle, ...args];
  const given = Object.assign(Readable.from(input.length > 0 ? [Buffer.from(input)] : []), { isTTY: false });
  Object.defineProperty(process, 'stdin', { value: given, configurable: true });
  if (runOnce) await runOnce(args);
  else ({ runOnce } = await import(bundle)); // The bundle itself runs once.
  process.send?.({ status: process.exitCode, stdout: out.join(''), stderr: err.join('') });
  process.exitCode = 0;
}

process.on('message', answer);
process.on('disconnect', () => process.exit());
