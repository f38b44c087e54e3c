/** As much of `node:assert/strict` as the suite uses, for the browser's extension host, which has no Node. */

function fail(message: unknown, fallback: string): never {
  throw message instanceof Error ? message : new Error(typeof message === 'string' ? message : fallback);
}

function assert(value: unknown, message?: unknown): void {
  if (!value) fail(message, `${value} is not truthy`);
}

/** Values without cycles; objects are equal when their own properties are, in any order. */
function isEqual(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [own, other] = [Object.entries(a), new Map(Object.entries(b))];
  return own.length === other.size && own.every(([key, value]) => other.has(key) && isEqual(value, other.get(key)));
}

assert.ok = assert;
assert.deepEqual = (actual: unknown, expected: unknown, message?: unknown): void => {
  if (!isEqual(actual, expected)) fail(message, `${JSON.stringify(actual)} is not ${JSON.stringify(expected)}`);
};
assert.equal = (actual: unknown, expected: unknown, message?: unknown): void => {
  if (!Object.is(actual, expected)) fail(message, `${JSON.stringify(actual)} is not ${JSON.stringify(expected)}`);
};
assert.match = (text: string, pattern: RegExp, message?: unknown): void => {
  if (!pattern.test(text)) fail(message, `${JSON.stringify(text)} does not match ${pattern}`);
};

// biome-ignore lint/style/noDefaultExport: The module it stands for has one.
export default assert;
