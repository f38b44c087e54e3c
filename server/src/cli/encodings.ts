/** Python source as bytes: which encoding they are in as Python decides it (PEP 263), and edits that change no other byte. */

/** A text and the bytes it came from. */
import { t } from '../core/text/language.ts';
export interface Decoded {
  readonly text: string;
  readonly bytes: Buffer;
  /** As `TextDecoder` calls it; `latin1` and `utf8` are Node's own, and exact. */
  readonly encoding: string;
}

const UTF8_MARK = [0xef, 0xbb, 0xbf];

/** What Python's comment on the encoding says, in the first two lines. */
const DECLARED = /^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)/;

/** Python's names for what `TextDecoder` has under another. */
const LABELS: Readonly<Record<string, string>> = {
  cp932: 'shift_jis',
  ms932: 'shift_jis',
  mskanji: 'shift_jis',
  'ms-kanji': 'shift_jis',
  'shift-jis': 'shift_jis',
  sjis: 'shift_jis',
  eucjp: 'euc-jp',
  ujis: 'euc-jp',
  cp936: 'gbk',
  cp949: 'euc-kr',
  uhc: 'euc-kr',
  euckr: 'euc-kr',
  cp950: 'big5',
  'big5-tw': 'big5',
  'mac-roman': 'macintosh',
};

/**
 * Decodes the bytes of a Python file, or of a notebook, which is UTF-8. Throws an error that completes "is not
 * analysed:" where Python would not read them, or where we do not know the encoding.
 */
export function decode(bytes: Buffer, isNotebook: boolean): Decoded {
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    throw new Error(t`it is UTF-16, which Python does not read; save it as UTF-8.`);
  }
  if (bytes.includes(0)) throw new Error(t`it is not text.`);
  const hasMark = UTF8_MARK.every((byte, i) => bytes[i] === byte);
  const declared = isNotebook || hasMark ? undefined : declaredEncoding(bytes);
  const name = (declared ?? 'utf-8').toLowerCase().replaceAll('_', '-');
  if (/^utf-?8(-|$)/.test(name)) {
    const bad = badByte(bytes);
    if (bad === null) return { text: bytes.toString('utf8'), bytes, encoding: 'utf8' };
    throw new Error(
      declared === undefined
        ? t`line ${bad} is not UTF-8; save it as UTF-8, or name its encoding in the first line.`
        : t`line ${bad} is not UTF-8.`,
    );
  }
  if (/^(latin-?1|l1|iso-?8859-1|8859|cp819)(-|$)/.test(name)) {
    return { text: bytes.toString('latin1'), bytes, encoding: 'latin1' };
  }
  if (/^(us-)?ascii$|^646$/.test(name)) {
    const at = bytes.findIndex((byte) => byte > 0x7f);
    if (at >= 0) throw new Error(t`line ${lineAt(bytes, at)} is not ASCII, which the file says it is.`);
    return { text: bytes.toString('latin1'), bytes, encoding: 'latin1' };
  }
  const encoding =
    LABELS[name] ?? name.replace(/^(cp|windows-?)(125\d|874)$/, 'windows-$2').replace(/^iso(\d)/, 'iso-$1');
  let text: string;
  try {
    text = new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    const isUnknown = error instanceof RangeError;
    throw new Error(
      isUnknown
        ? t`its encoding is not known here: ${declared ?? name}.`
        : t`its bytes are not what its encoding has: ${declared ?? name}.`,
    );
  }
  return { text, bytes, encoding };
}

/** The encoding that one of the first two lines names; the second counts where the first is blank or a comment. */
function declaredEncoding(bytes: Buffer): string | undefined {
  const [first = '', second = ''] = bytes
    .subarray(0, 4096)
    .toString('latin1')
    .split(/\r\n|\r|\n/, 2);
  const found = DECLARED.exec(first)?.[1];
  return found ?? (/^[ \t\f]*(#.*)?$/.test(first) ? DECLARED.exec(second)?.[1] : undefined);
}

/** The line of the first byte that is not UTF-8, counted from 1; null where all are. */
function badByte(bytes: Buffer): number | null {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return null;
  } catch {
    const text = bytes.toString('utf8');
    for (let at = text.indexOf('\uFFFD'); at >= 0; at = text.indexOf('\uFFFD', at + 1)) {
      const offset = Buffer.byteLength(text.slice(0, at));
      if (!UTF8_REPLACED.every((byte, i) => bytes[offset + i] === byte)) return lineAt(bytes, offset);
    }
    return 1;
  }
}

const UTF8_REPLACED = [...Buffer.from('\uFFFD')];

const lineAt = (bytes: Buffer, offset: number): number =>
  bytes
    .subarray(0, offset)
    .toString('latin1')
    .split(/\r\n|\r|\n/).length;

/**
 * The bytes after replacements of spans of the text. Throws an error that completes "is not fixed:" where the new text
 * cannot be written in the encoding.
 */
export function splice(
  { text, bytes, encoding }: Decoded,
  edits: readonly { readonly start: number; readonly end: number; readonly text: string }[],
  expected: string,
): Buffer {
  if (encoding === 'utf8') return Buffer.from(expected, 'utf8');
  const offsets = encoding === 'latin1' ? null : byteOffsets(text, bytes, encoding);
  const at = (offset: number): number => (offsets ? offsets[offset]! : offset);
  const pieces: Buffer[] = [];
  let from = 0;
  for (const edit of [...edits].sort((a, b) => a.start - b.start)) {
    pieces.push(bytes.subarray(from, at(edit.start)), Buffer.from(edit.text, 'latin1'));
    from = at(edit.end);
  }
  const result = Buffer.concat([...pieces, bytes.subarray(from)]);
  const read =
    encoding === 'latin1' ? result.toString('latin1') : new TextDecoder(encoding, { ignoreBOM: true }).decode(result);
  if (read !== expected) throw new Error(t`the repair cannot be written in ${encoding}.`);
  return result;
}

/** Where each UTF-16 unit of the text begins among the bytes, and at last where it ends. */
function byteOffsets(text: string, bytes: Buffer, encoding: string): Uint32Array {
  const decoder = new TextDecoder(encoding, { ignoreBOM: true });
  const offsets = new Uint32Array(text.length + 1);
  let unit = 0;
  let start = 0;
  for (let i = 0; i < bytes.length; i++) {
    const { length } = decoder.decode(bytes.subarray(i, i + 1), { stream: true });
    if (length === 0) continue;
    for (let j = 0; j < length; j++) offsets[unit++] = start;
    start = i + 1;
  }
  offsets[unit] = bytes.length;
  return offsets;
}
