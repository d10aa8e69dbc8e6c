/** A value that Terraform's language writes as an object, a list or a literal. Whatever else is in it stays an expression. */
export function valueOfExpression(text: string): unknown {
  const written = text.trim();
  if (/^\{.*\}$/s.test(written)) return Object.fromEntries(partsOf(written.slice(1, -1)).flatMap(memberIn));
  if (/^\[.*\]$/s.test(written)) return partsOf(written.slice(1, -1)).map(valueOfExpression);
  if (/^"(?:[^"\\]|\\.)*"$/s.test(written)) return written.slice(1, -1).replace(/\\(["\\])/g, '$1');
  if (/^(?:true|false|null|-?\d+(?:\.\d+)?)$/.test(written)) return JSON.parse(written);
  return `\${${written}}`;
}

/** What something is made for each of: a list or a set that is written as an expression is known as well. */
export function itemsOf(given: unknown): any {
  const [, , list] = /^\$\{(toset\()?(\[.*\])\)?\}$/s.exec(String(given)) ?? [];
  return list === undefined ? given : valueOfExpression(list);
}

/** An expression in a text; one that has blocks in it is all of the text. */
const EXPRESSION = /^\$\{[^$]*\}$|(?<!\$)\$\{[^{}]*\}/gs;
/** A text within an expression, which may be in JSON itself, or a reference that names no stack. What is of each, or of Terraform itself, is of none. */
const TEXT_OR_REFERENCE =
  /\\?"(?:[^"\\]|\\[^"])*\\?"|(?<![\w.:/\]-])(?![^\s"'(),${}[\]]*::)(?!(?:each|count|self|path|terraform)\.)[a-z_][\w-]*(?=\.[a-z_*])/gi;

/** A value as other stacks see it: references in it name theirs. */
export function seenFromElsewhere(value: unknown, stack: string): unknown {
  if (stack === '' || value === null || value === undefined) return value;
  if (Array.isArray(value)) return value.map((item) => seenFromElsewhere(item, stack));
  if (typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, seenFromElsewhere(item, stack)]));
  }
  if (typeof value !== 'string') return value;
  const named = (part: string) => (/^\\?"/.test(part) ? part : `${stack}::${part}`);
  return value.replace(EXPRESSION, (expression) => expression.replace(TEXT_OR_REFERENCE, named));
}

function memberIn(part: string): Array<[string, unknown]> {
  const [, quoted, plain, value] = /^(?:"((?:[^"\\]|\\.)*)"|([\w-]+))\s*[=:]\s*(.*)$/s.exec(part.trim()) ?? [];
  return value === undefined ? [] : [[quoted ?? plain, valueOfExpression(value)]];
}

/** What commas and lines part, save within brackets and texts. */
function partsOf(text: string): string[] {
  const parts: string[] = [];
  let [depth, isText, begin] = [0, false, 0];
  for (let index = 0; index < text.length; index++) {
    const character = text[index];
    if (isText && character === '\\') index++;
    else if (character === '"') isText = !isText;
    else if (isText) continue;
    else if ('{[('.includes(character)) depth++;
    else if ('}])'.includes(character)) depth--;
    else if (depth === 0 && ',\n'.includes(character)) {
      parts.push(text.slice(begin, index));
      begin = index + 1;
    }
  }
  return [...parts, text.slice(begin)].filter((part) => part.trim() !== '');
}
