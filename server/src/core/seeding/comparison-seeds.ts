/** How a comparison of runs hands a seed to what it runs: by the program's own option, or by seeding before each run. */

import type { Project } from '../contract/project.ts';
import { USUAL_NAMES } from '../knowledge/names.ts';
import { streamRow } from '../knowledge/streams.ts';
import { STREAMS } from '../knowledge/tables.ts';
import type { PythonFile } from '../python/file.ts';
import type { Message } from '../text/language.ts';

/** A reason why there is no comparison. */
export interface Refusal {
  readonly message: Message;
}

/** The option of the file's parser that fills an attribute of what it parses, as it is typed; null where there is none. */
export function optionOf(attribute: string, file: PythonFile): string | null {
  for (const call of file.methodCalls('add_argument')) {
    const given = call.node.get('arguments')?.children ?? [];
    const long = given
      .map((each) => file.constant(each))
      .find((each) => typeof each === 'string' && /^--\w/.test(each));
    if (typeof long !== 'string') continue;
    const named = file.argument(call, 'dest');
    const target = typeof named === 'string' ? long.slice(2).replaceAll('-', '_') : file.constant(named);
    if (target === attribute) return long;
  }
  return null;
}

/** Statements that seed all streams of the program with `seed`, and the imports they need. */
export function seedsOfStreams(project: Project): { readonly before: string[]; readonly modules: string[] } {
  const spelled = STREAMS.filter((stream) => project.streams.has(stream)).map((stream) => {
    const [module = '', ...rest] = streamRow(stream).seed.split('.');
    const alias = USUAL_NAMES.find((each) => each.module === module && each.alias)?.name;
    return {
      module: alias ? `import ${module} as ${alias}` : `import ${module}`,
      call: `${[alias ?? module, ...rest].join('.')}(seed)`,
    };
  });
  return { before: spelled.map(({ call }) => call), modules: spelled.map(({ module }) => module) };
}
