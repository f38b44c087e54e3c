/** An upgrade breaks nobody's build: rules that are new in a minor version are information until the next one. */

import type { Finding } from '../contract/rule.ts';
import { RULES } from '../rules/index.ts';
import { ruleLevel, type Settings } from '../settings/settings.ts';

const SINCE = new Map(RULES.map(({ name, since }) => [name, since]));

const minorOf = (version: string): string => version.split('.').slice(0, 2).join('.');

/** True for rules that came with a minor version. */
const isNewIn = (rule: string, version: string): boolean =>
  minorOf(SINCE.get(rule) ?? '') === minorOf(version) && minorOf(version) !== '';

/**
 * Findings as a version of Seedwise shows them: those of its new rules are information at most, unless the settings
 * say `preview`, or what such a rule weighs.
 */
export function asReleased(findings: readonly Finding[], settings: Settings, version: string): readonly Finding[] {
  if (settings.preview) return findings;
  const isHeld = ({ rule, severity }: Finding): boolean =>
    (severity === 'warning' || severity === 'error') &&
    isNewIn(rule, version) &&
    ruleLevel(settings, rule) === 'default';
  if (!findings.some(isHeld)) return findings;
  return findings.map((finding) => (isHeld(finding) ? asInformation(finding) : finding));
}

/** A copy that still computes only when it is asked what the finding computes then. */
function asInformation(finding: Finding): Finding {
  const copy = Object.defineProperties({}, Object.getOwnPropertyDescriptors(finding)) as Finding;
  return Object.defineProperty(copy, 'severity', { value: 'information', enumerable: true });
}
