/** Assignments that run code: those to a property that has a setter. */
import type { EffectValue, Event } from '../effects/events.ts';
import type { Node, PythonFile } from '../python/file.ts';
import { type ClassInfo, setterOf } from '../python/scope.ts';
import { assignedBy } from '../python/targets.ts';
import type { Sites } from './switch-events.ts';
import { knownValue } from './values.ts';

/** The calls of setters that an assignment makes, as far as the object's class may have one. */
export function setterEvents(assignment: Node, file: PythonFile, site: Sites): Event[] {
  return assignedBy(assignment).flatMap(({ target, value }): Event[] => {
    const object = target.type === 'attribute' ? target.get('object') : undefined;
    const attribute = target.get('attribute');
    if (!object || !attribute) return [];
    const of = knownValue(object, file);
    const method = setterOf(file.read(attribute));
    if (!mayHave(method, of, file)) return [];
    const positional = [knownValue(value, file)];
    const call = { positional, keywords: {}, open: false, takesSeed: false };
    return [{ kind: 'call', target: { of, method }, ...call, site: site(target) }];
  });
}

/** A class of this file has the setter itself, or of a base; one of another file may have it. */
function mayHave(setter: string, object: EffectValue, file: PythonFile): boolean {
  if (object === null || !('instance' in object || 'result' in object)) return false;
  const name = 'instance' in object ? object.instance : object.result;
  const own = file.classOf(name);
  return own ? inherits(own, setter, file, new Set()) : !name.startsWith('#') || 'result' in object;
}

function inherits(info: ClassInfo, setter: string, file: PythonFile, seen: Set<ClassInfo>): boolean {
  if (seen.has(info)) return false;
  seen.add(info);
  if (info.methods.has(setter)) return true;
  return info.bases.some((base) => {
    const owner = file.classOf(file.qualify(base));
    return owner !== undefined && inherits(owner, setter, file, seen);
  });
}
