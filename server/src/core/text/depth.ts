/** Code that is nested deeper than the stack reaches: whoever meets it says so here, and a host with a larger stack looks again. */

let met = false;

/** True for the error of a full stack, which is remembered. */
export function isTooDeep(error: unknown): boolean {
  const is = error instanceof RangeError && /stack/i.test(error.message);
  met ||= is;
  return is;
}

/** True where something was too deep since the process, or the thread, began. */
export const metTooDeep = (): boolean => met;
