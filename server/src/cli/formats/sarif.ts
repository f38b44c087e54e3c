/** Findings as SARIF 2.1.0, within the limits that GitHub sets. */
import { gzipSync } from 'node:zlib';
import type { Severity } from '../../core/contract/severity.ts';
import { RULES, ruleUrl } from '../../core/rules/index.ts';
import { t } from '../../core/text/language.ts';
import { printable, printableJson } from '../../host/printable.ts';
import { type Found, type Region, type ReplacedText, SEVERITIES } from '../findings.ts';
import { inFile, messageOf, pathFrom, type Results } from './results.ts';

const LEVELS: Readonly<Record<Severity, string>> = {
  error: 'error',
  warning: 'warning',
  information: 'note',
  hint: 'note',
};

/** What GitHub takes: results of a run, places of a result, bytes when packed. More results than it shows are no fault. */
const MOST_RESULTS = 25_000;
const MOST_SHOWN = 5_000;
const MOST_PLACES = 100;
const MOST_BYTES = 10_000_000;

export function sarif(results: Results): string {
  const sorted = [...results.found].sort((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity));
  // In the order of files where all are told; of too many the worst.
  let kept = sorted.length > MOST_RESULTS ? sorted.slice(0, MOST_RESULTS) : results.found;
  let log = logOf(kept, results, true);
  if (gzipSync(log).length > MOST_BYTES) log = logOf(kept, results, false);
  while (gzipSync(log).length > MOST_BYTES && kept.length > 1) {
    kept = sorted.slice(0, kept.length >> 1);
    log = logOf(kept, results, false);
  }
  const left = results.found.length - kept.length;
  if (left > 0)
    results.cut(
      left === 1
        ? t`1 finding of the least weight left out, since GitHub would not take the file.`
        : t`${left} findings of the least weight left out, since GitHub would not take the file.`,
    );
  else if (kept.length > MOST_SHOWN) results.cut(t`GitHub shows ${MOST_SHOWN} of these ${kept.length} findings.`);
  return log;
}

function logOf(found: readonly Found[], results: Results, withFixes: boolean): string {
  const names = [...new Set(found.map(({ rule }) => rule))].sort();
  const { version, problems } = results;
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'Seedwise',
            informationUri: 'https://github.com/seedwise/seedwise',
            version,
            semanticVersion: version,
            rules: names.map(ruleOf),
          },
        },
        columnKind: 'utf16CodeUnits',
        originalUriBaseIds: { SRCROOT: { description: { text: t`The top of the repository.` } } },
        invocations: [
          {
            executionSuccessful: problems.length === 0,
            toolExecutionNotifications: problems.map(({ text, path }) => ({
              level: 'warning',
              message: { text: printable(text) },
              ...(path !== undefined && {
                locations: [{ physicalLocation: { artifactLocation: artifact(path, results) } }],
              }),
            })),
          },
        ],
        results: found.map((each) => resultOf(each, names, results, withFixes)),
      },
    ],
  };
  return `${printableJson(JSON.stringify(log, null, 1))}\n`;
}

function ruleOf(name: string) {
  const rule = RULES.find((each) => each.name === name);
  return {
    id: name,
    name: name.replace(/(^|-)([a-z])/g, (_, _dash, letter: string) => letter.toUpperCase()),
    shortDescription: { text: rule?.summary ?? name },
    fullDescription: { text: rule?.summary ?? name },
    help: {
      text: `${rule?.summary ?? name}\n\n${ruleUrl(name)}`,
      markdown: `${rule?.why.trim() ?? name}\n\n<${ruleUrl(name)}>`,
    },
    helpUri: ruleUrl(name),
    properties: { tags: ['reproducibility', 'pytorch'], precision: 'high' },
  };
}

function resultOf(found: Found, names: readonly string[], results: Results, withFixes: boolean) {
  const { fingerprint, rule, severity, related, fixes, subject } = found;
  const fixed = withFixes ? fixes.filter(({ replacements }) => replacements?.every(({ cell }) => cell === null)) : [];
  return {
    ruleId: rule,
    ruleIndex: names.indexOf(rule),
    level: LEVELS[severity],
    message: { text: messageOf(found) },
    locations: [locationOf(found, results)],
    ...(related.length > 0 && {
      relatedLocations: related.slice(0, MOST_PLACES).map((each, id) => ({
        id,
        ...locationOf(each, results),
        message: { text: printable(each.message) },
      })),
    }),
    partialFingerprints: { primaryLocationLineHash: `${fingerprint}:1`, 'seedwise/v1': `${rule}:${fingerprint}` },
    ...(fixed.length > 0 && { fixes: fixed.map((fix) => fixOf(fix.title, fix.replacements ?? [], results)) }),
    properties: { severity, ...(subject !== null && { subject }) },
  };
}

const artifact = (path: string, { base }: Results) => {
  const name = pathFrom(base, path);
  return {
    uri: encodeURI(name).replace(/[?#]/g, encodeURIComponent),
    ...(!name.startsWith('/') && { uriBaseId: 'SRCROOT' }),
  };
};

function regionOf(region: Region) {
  const { start, end } = inFile(region);
  return { startLine: start.row, startColumn: start.column, endLine: end.row, endColumn: end.column };
}

const locationOf = (region: Region, results: Results) => ({
  physicalLocation: { artifactLocation: artifact(region.path, results), region: regionOf(region) },
  ...(region.cell !== null && { logicalLocations: [{ name: t`cell ${region.cell + 1}`, kind: 'module' }] }),
});

function fixOf(title: string, replacements: readonly ReplacedText[], results: Results) {
  const paths = [...new Set(replacements.map(({ path }) => path))];
  return {
    description: { text: printable(title) },
    artifactChanges: paths.map((path) => ({
      artifactLocation: artifact(path, results),
      replacements: replacements
        .filter((each) => each.path === path)
        .map((each) => ({
          deletedRegion: regionOf(each),
          ...(each.text !== '' && { insertedContent: { text: each.text } }),
        })),
    })),
  };
}
