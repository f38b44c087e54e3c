/** In which language the command line speaks: as its option says, else as the environment does. */
import { listed, t } from '../core/text/language.ts';
import { languageFor, languages, speakIn } from '../host/languages.ts';
import { UsageError } from './say.ts';

/** Chooses the language before anything is said; throws a `UsageError` for one that is not spoken. */
export async function speakAs(argv: readonly string[], environment: NodeJS.ProcessEnv): Promise<void> {
  await speakIn(localeOf(environment));
  const wanted = optionOf(argv);
  if (wanted === undefined) return;
  if (languageFor(wanted) === undefined)
    throw new UsageError(t`there is no language '${wanted}'; there are ${listed(languages())}.`);
  await speakIn(wanted);
}

/** The first of the variables that is set, as POSIX has it; Windows has none and says it in another way. */
function localeOf({ LC_ALL, LC_MESSAGES, LANG }: NodeJS.ProcessEnv): string | undefined {
  const set = LC_ALL || LC_MESSAGES || LANG;
  return set || (process.platform === 'win32' ? Intl.DateTimeFormat().resolvedOptions().locale : undefined);
}

/** The value of `--lang`, which is needed before the arguments are read; what is wrong with it is said when they are. */
function optionOf(argv: readonly string[]): string | undefined {
  const end = argv.indexOf('--');
  const own = end < 0 ? argv : argv.slice(0, end);
  const last = own.findLastIndex((each) => each === '--lang' || each.startsWith('--lang='));
  return last < 0 ? undefined : (/^--lang=(.*)/s.exec(own[last] ?? '')?.[1] ?? own[last + 1]);
}
