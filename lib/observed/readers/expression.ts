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
