/**
 * Before a whole number of Qdrant's that JavaScript would round. Ids of peers and points are texts in this program, as nobody else's texts are there;
 * keys of shards, parameters and metadata may be texts by themselves, and must go back as what they were.
 */
const MARK = '\u0000number:';

const STRING_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g;

/** An answer in which such numbers are marked texts, where it is of a collection. */
export function withLargeMarked(path: string, text: string): string {
  if (/^\/collections\/[^/?]+$/.test(path)) return text.replace(STRING_OR_NUMBER, (one) => (isLarge(one) ? marked(one) : one));
  if (!/^\/collections\/[^/?]+\/cluster$/.test(path)) return text;
  return text.replace(/("shard_key":)(-?\d+)/g, (whole, name, one) => (isLarge(one) ? `${name}${marked(one)}` : whole));
}

/** What is sent, with numbers in place of those. */
export function withLargeNumbers(text: string): string {
  return text.replace(/"\\u0000number:(-?\d+)"/g, '$1');
}

/** As people read it. */
export function withoutMark(text: string | number): string {
  return String(text).replace(MARK, '');
}

function isLarge(one: string): boolean {
  return /^-?\d{16,}$/.test(one) && !Number.isSafeInteger(Number(one));
}

function marked(one: string): string {
  return JSON.stringify(`${MARK}${one}`);
}
