/**
 * A tree-sitter cursor that moves only when somebody asks about the place it is at. Each move and each question crosses
 * into WebAssembly, and many children are known by their text: whole branches are then passed without a move.
 */
import type { Tree, TreeCursor } from 'web-tree-sitter';

export class LazyCursor {
  readonly #cursor: TreeCursor;
  /** How deep somebody reads, and how deep the cursor is. */
  #depth = 0;
  #entered = 0;
  /** By depth, how many siblings the cursor has to go on to, from the first one where it is not that deep. */
  readonly #ahead: number[] = [0];

  constructor(tree: Tree) {
    this.#cursor = tree.walk();
  }

  get typeId(): number {
    return this.#here().nodeTypeId;
  }

  get type(): string {
    return this.#here().nodeType;
  }

  /** In UTF-16 units. */
  get start(): number {
    return this.#here().startIndex;
  }

  get end(): number {
    return this.#here().endIndex;
  }

  get fieldId(): number {
    return this.#here().currentFieldId;
  }

  get isMissing(): boolean {
    return this.#here().nodeIsMissing;
  }

  /** To the first child, which must be there. */
  enter(): void {
    this.#ahead[++this.#depth] = 0;
  }

  /** To the next sibling, which must be there. */
  next(): void {
    this.#ahead[this.#depth]!++;
  }

  /** To the parent. */
  leave(): void {
    if (this.#entered === this.#depth) {
      this.#cursor.gotoParent();
      this.#entered--;
    }
    this.#depth--;
  }

  /** To the first child; false where there is none. */
  tryEnter(): boolean {
    if (!this.#here().gotoFirstChild()) return false;
    this.enter();
    this.#entered++;
    return true;
  }

  /** To the next sibling; false where there is none. */
  tryNext(): boolean {
    return this.#here().gotoNextSibling();
  }

  delete(): void {
    this.#cursor.delete();
  }

  /** The cursor, at the place somebody reads. */
  #here(): TreeCursor {
    const cursor = this.#cursor;
    for (;;) {
      for (; this.#ahead[this.#entered]! > 0; this.#ahead[this.#entered]!--) cursor.gotoNextSibling();
      if (this.#entered === this.#depth) return cursor;
      cursor.gotoFirstChild();
      this.#entered++;
    }
  }
}
