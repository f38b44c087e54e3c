/** Which draws happen in code that is compiled, traced, batched or checkpointed, so that their numbers are kept or drawn twice. */

import type { Event, FunctionEffects, InstanceValue, Transformation } from '../effects/events.ts';
import { DRAWS_FROM } from '../effects/events.ts';
import type { Site, TransformedDraw } from '../effects/summary.ts';
import { type GeneratorClass, generatorMadeBy } from '../knowledge/generators.ts';
import type { Stream } from '../knowledge/tables.ts';

/** Code that runs in another way than it is written. */
interface Context {
  readonly key: string;
  readonly how: Transformation | 'untouched';
  readonly by: Site;
  /** Its functions, `path\0id`: a generator that one of them makes is made anew each time. */
  readonly units: Set<string>;
}

/** What is drawn from: a global stream, or an object's. */
interface Source {
  readonly stream: Stream;
  readonly own: GeneratorClass | null;
  /** Keeps the number of the trace in compiled code. */
  readonly isFrozen: boolean;
  /** An array of numpy's, which compiled code draws from torch's stream. */
  readonly isArray: boolean;
  /** The function that makes the generator, `path\0id`. */
  readonly madeIn: string | null;
}

export class Transforms {
  readonly #found = new Map<string, TransformedDraw>();
  readonly #known = new Map<string, Context>();
  /** Functions that were handed to what keeps them: whoever calls them later runs them so. */
  readonly #roots = new Map<string, Pick<Context, 'how' | 'by'>>();
  #stack: readonly Context[] = [];
  /** Streams and classes of generators that were seeded since the outermost context was entered. */
  #seeded: ReadonlySet<string> = new Set();
  /** What keeps a function is being told of it: the next one entered is that one. */
  #keeping: Pick<Context, 'how' | 'by'> | null = null;
  #isDry = false;

  get found(): readonly TransformedDraw[] {
    return [...this.#found.values()];
  }

  /** Tells apart calls that do the same only outside of transformed code, or within it; empty outside. */
  get key(): string {
    if (this.#stack.length === 0) return '';
    return [this.#isDry, ...this.#stack.map(({ key }) => key), ...this.#seeded].join('|');
  }

  get isTransformed(): boolean {
    return this.#stack.length > 0;
  }

  /** Nothing is transformed here, nor was any function handed to what would run it so. */
  get isPlain(): boolean {
    return this.#stack.length === 0 && this.#roots.size === 0 && this.#keeping === null;
  }

  /** Runs a body as a transform does. */
  within<T>({ how, by }: Pick<Context, 'how' | 'by'>, run: () => T): T {
    const isPlain = how === 'untouched' || how.preserves !== false;
    const key = `${how === 'untouched' ? how : how.kind}${isPlain ? '' : `${by.path}\0${by.site}`}`;
    const context = this.#known.get(key) ?? { key, how, by, units: new Set<string>() };
    this.#known.set(key, context);
    const [stack, seeded] = [this.#stack, this.#seeded];
    this.#stack = [...stack, context];
    const result = run();
    this.#stack = stack;
    this.#seeded = seeded;
    return result;
  }

  /** Runs a body only to see what is drawn in it, as what keeps the function will run it later. */
  keep(context: Pick<Context, 'how' | 'by'>, run: () => void): void {
    const [keeping, isDry] = [this.#keeping, this.#isDry];
    this.#keeping = context;
    this.#isDry = true;
    run();
    this.#keeping = keeping;
    this.#isDry = isDry;
  }

  /** Runs a function, as its decorators or those it was handed to say. */
  function<T>(name: string, { transform }: FunctionEffects, path: string, run: () => T): T {
    const kept = this.#keeping;
    this.#keeping = null;
    if (kept) this.#roots.set(name, kept);
    for (const { units } of this.#stack) units.add(name);
    const by = transform && { path, site: transform.site };
    const context = by ? { how: transform.how, by } : this.#roots.get(name);
    const inside = (): T => {
      this.#stack.at(-1)?.units.add(name);
      return run();
    };
    const result = context ? this.within(context, inside) : run();
    this.#keeping = kept;
    return result;
  }

  /** The stream that a draw takes its numbers from. */
  streamOf({ stream, isArray }: Event & { kind: 'draw' }): Stream {
    return isArray && this.#isCompiled(this.#stack) ? 'torch' : stream;
  }

  /** The streams that a seed reaches: numpy's own stays as it is where compiled code seeds it. */
  seeds(streams: readonly Stream[]): readonly Stream[] {
    if (this.isTransformed) this.#seeded = new Set([...this.#seeded, ...streams]);
    return this.#isCompiled(this.#stack) ? streams.filter((each) => each !== 'numpy') : streams;
  }

  /** A draw from a global stream. */
  draws({ stream, isArray }: { readonly stream: Stream; readonly isArray?: true }, site: Site): void {
    if (!this.isTransformed) return;
    this.#note({ stream, own: null, isFrozen: false, isArray: isArray === true, madeIn: null }, site);
  }

  /** A method of a generator, or a function that draws from it. */
  uses(object: InstanceValue, method: string, site: Site): void {
    const own = this.isTransformed ? generatorMadeBy(object.instance) : undefined;
    if (!own) return;
    if (own.reseeds.includes(method)) {
      this.#seeded = new Set([...this.#seeded, own.name]);
      return;
    }
    if (method !== DRAWS_FROM && !own.draws.includes(method)) return;
    const madeIn = object.madeIn ? `${object.home ?? site.path}\0${object.madeIn}` : null;
    this.#note({ stream: own.stream, own, isFrozen: own.frozen.includes(method), isArray: false, madeIn }, site);
  }

  #note(source: Source, site: Site): void {
    const context = this.#blamed(source);
    if (!context || context.how === 'untouched') return;
    const { how, by } = context;
    if (source.madeIn !== null && context.units.has(source.madeIn)) return;
    if (this.#seeded.has(source.own?.name ?? source.stream)) return;
    const effect = how.kind === 'checkpoint' ? 'recomputed' : 'frozen';
    const isPutBack = source.own === null && source.stream === 'torch';
    const key = `${effect}\0${isPutBack ? `${by.path}\0${by.site}` : `${site.path}\0${site.site}`}`;
    const { stream, own } = source;
    if (!this.#found.has(key))
      this.#found.set(key, { effect, kind: how.kind, stream, generator: own?.name ?? null, site, by, isPutBack });
  }

  /** The innermost code around a draw that keeps or repeats it; what is left untouched runs as it is written. */
  #blamed(source: Source): Context | null {
    let isUntouched = false;
    for (const [i, context] of [...this.#stack.entries()].reverse()) {
      const { how } = context;
      if (how === 'untouched') isUntouched = true;
      else if (how.kind === 'checkpoint') {
        const isTorch = source.stream === 'torch' || (source.isArray && this.#isCompiled(this.#stack));
        if (source.own !== null || !isTorch || how.preserves === false) return context;
      } else if (!isUntouched && (how.kind === 'compile' ? source.isFrozen : source.stream !== 'torch')) return context;
      if (i === 0) return null;
    }
    return null;
  }

  #isCompiled(stack: readonly Context[]): boolean {
    const last = stack.findLast(({ how }) => how === 'untouched' || how.kind === 'compile');
    return last !== undefined && last.how !== 'untouched';
  }
}
