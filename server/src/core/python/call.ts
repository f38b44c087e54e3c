/** A call and its arguments, as code writes them. */

import type { Node } from '../syntax/parse.ts';
import type { Span } from '../text/edit.ts';
import type { Definition, FunctionInfo, Scopes } from './scope.ts';

/** An argument of a call: its value, or that it is not passed, or that `*args`/`**kwargs` may hold it. */
export type Argument = Node | 'absent' | 'unknown';

export interface Call {
  readonly node: Node;
  readonly callee: Node;
  /** Canonical dotted name of the callee; `#name` for the file's own; null when nobody can tell. */
  readonly name: string | null;
  /** The last attribute: `index_add_` in `x.index_add_()`. */
  readonly method: string | null;
}

/** What reading a literal or an argument asks of a file. */
export interface Reader {
  readonly text: string;
  read(span: Span): string;
  quoted(string: Node): string;
  definitions(identifier: Node): readonly Definition[];
  constant(expression: Node): Constant | undefined;
  call(node: Node): Call;
  methodCalls(method: string): readonly Call[];
  calls(name: string): readonly Call[];
  functionAround(node: Node): FunctionInfo | undefined;
  readonly scopes: Scopes;
}

/** What literals, and names that stand for one, are known to evaluate to. */
export type Constant = null | boolean | number | string | readonly Constant[];
