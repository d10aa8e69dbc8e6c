/** Widths of characters in parts of the font's size: those of DejaVu Sans, the widest of the fonts that readers have, so that a box has room in all of them. */
const WIDTHS: Array<[RegExp, number]> = [
  [/[ijl|'`]/, 0.32],
  [/[ .,:;!/()[\]frtI-]/, 0.42],
  [/[mwMW@%]/, 1],
  [/[A-Z&+=<>~#_]/, 0.8],
  [/[\x21-\x7e]/, 0.65],
];
/** Of other scripts it may be anything: an ideograph is as wide as it is high, a picture is wider. */
const OTHERS = 1;
const PICTURES = 1.4;
const BOLD = 1.12;

/** How wide a text is at most, whatever font it is shown in. */
export function widthOf(text: string, size: number, isBold = false): number {
  const characters = [...text].reduce((sum, character) => sum + widthOfCharacter(character), 0);
  return characters * size * (isBold ? BOLD : 1);
}

function widthOfCharacter(character: string): number {
  if (character.codePointAt(0)! > 0xffff) return PICTURES;
  return WIDTHS.find(([pattern]) => pattern.test(character))?.[1] ?? OTHERS;
}

/** Where it may be broken: after what separates the parts of a name. */
const PARTS = /[^\s/.,:_-]*[\s/.,:_-]*/g;

/**
 * A text in lines of at most a width. What does not fit into the lines that it may have is left out before its last part, as names differ at both ends.
 */
export function linesOf(
  text: string,
  width: number,
  size: number,
  options: { most?: number; isBold?: boolean } = {},
): string[] {
  const { most = Infinity, isBold = false } = options;
  const fits = (line: string) => widthOf(line, size, isBold) <= width;
  const lines: string[] = [''];
  const append = (part: string) => {
    if (fits(`${lines.at(-1)}${part}`.trimEnd())) lines.push(`${lines.pop()}${part}`);
    else lines.push(part);
  };
  for (const part of text.match(PARTS) ?? []) {
    if (fits(part.trimEnd())) append(part);
    else [...part].forEach(append);
  }
  const trimmed = lines.map((line) => line.trim()).filter((line) => line !== '');
  if (trimmed.length <= most) return trimmed;
  const characters = [...text];
  while (!fits(`…${characters.join('')}`)) characters.shift();
  return [...trimmed.slice(0, most - 1), `…${characters.join('').trim()}`];
}
