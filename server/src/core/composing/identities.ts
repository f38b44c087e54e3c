/** Tells values apart by what they are made of, in a time that grows with their parts and not with the ways that lead to these. */

export class Identities {
  readonly #names = new Map<string, string>();
  readonly #known = new WeakMap<object, string>();

  /** Equal for two values exactly where their JSON would be. Objects must not change once they were asked about. */
  of(value: unknown): string {
    if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
    const known = this.#known.get(value);
    if (known !== undefined) return known;
    const text = Array.isArray(value) ? this.#listed(value) : this.#entered(value);
    const name = this.#names.get(text) ?? `#${this.#names.size}`;
    this.#names.set(text, name);
    this.#known.set(value, name);
    return name;
  }

  #listed(values: readonly unknown[]): string {
    let text = '[';
    for (const each of values) text += `${this.of(each)},`;
    return text;
  }

  #entered(value: object): string {
    let text = '{';
    for (const key of Object.keys(value)) {
      const each = (value as Readonly<Record<string, unknown>>)[key];
      if (each !== undefined) text += `${JSON.stringify(key)}:${this.of(each)},`;
    }
    return text;
  }
}
