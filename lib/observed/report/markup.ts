/**
 * What no document of XML may hold, whatever it is escaped as; and what is not seen, or turns the direction of text, so that a name passes for another.
 */
const FORBIDDEN =
  /(?![\t\n\r])\p{Cc}|\p{Surrogate}|\p{Bidi_Control}|[\u200b-\u200d\u2028\u2029\u2060-\u2064\ufeff\ufffe\uffff]/gu;
const REPLACEMENT = '\ufffd';
const ENTITIES: { [character: string]: string } = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** A text without what cannot be shown, or shows another than it is. */
export function visible(text: string): string {
  return text.replace(FORBIDDEN, REPLACEMENT);
}

/** A text of somebody else, as content or between the quotes of an attribute. */
export function escaped(text: string): string {
  return visible(text).replace(/[&<>"']/g, (character) => ENTITIES[character]);
}

/** Markup that is escaped already: what `element` makes, and what is literally in this library. No text of others is ever given to the constructor. */
export class Markup {
  public constructor(private readonly markup: string) {}

  public toString(): string {
    return this.markup;
  }
}

type Content = Markup | string | number | Content[] | undefined;

const WITHOUT_END = ['meta'];

/** An element, with attributes and content of which all is escaped. A member that is undefined is left out. */
export function element(
  name: string,
  attributes: { [name: string]: string | number | undefined },
  ...content: Content[]
): Markup {
  const given = Object.entries(attributes).filter(([, value]) => value !== undefined);
  const written = given.map(
    ([key, value]) => ` ${key}="${escaped(String(typeof value === 'number' ? rounded(value) : value))}"`,
  );
  const end = WITHOUT_END.includes(name) ? '' : `</${name}>`;
  return new Markup(`<${name}${written.join('')}>${inside(content)}${end}`);
}

function inside(content: Content): string {
  if (Array.isArray(content)) return content.map(inside).join('');
  if (content instanceof Markup) return String(content);
  return content === undefined ? '' : escaped(String(content));
}

/** A hundredth of a pixel is seen by nobody. */
function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
