// The licences of what is bundled, for each package that ships a bundle: read off the bundles' own lists of inputs.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/**
 * The notices as Markdown. Throws for a bundled package that has no licence text.
 * @param {readonly { readonly inputs: Readonly<Record<string, unknown>> }[]} metafiles
 * @returns {string}
 */
export function noticesOf(metafiles) {
  const folders = new Set(
    metafiles.flatMap(({ inputs }) =>
      Object.keys(inputs).flatMap((input) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1] ?? []),
    ),
  );
  const sections = [...folders].map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
    const file = readdirSync(folder).find((each) => /^(licen[cs]e|copying)/i.test(each));
    if (file === undefined) throw new Error(`${name} ${version} is bundled and has no licence text.`);
    const text = readFileSync(path.join(folder, file), 'utf8').replace(/\r\n/g, '\n').trim();
    const notice = ['NOTICE', 'NOTICE.txt'].map((each) => path.join(folder, each)).find((each) => existsSync(each));
    const more = notice ? `\n\n${readFileSync(notice, 'utf8').trim()}` : '';
    return `## ${name} ${version}\n\n${license}\n\n\`\`\`text\n${text}${more}\n\`\`\`\n`;
  });
  const head = 'Seedwise is bundled with these packages, each under its own licence.\n';
  return [`# Notices\n\n${head}`, ...[...new Set(sections)].sort()].join('\n');
}
