/** A message as a program has it, with what only a run knows replaced by this character. */
const PLACEHOLDER = '\0';

/** Every line that a shell program prints for its user. `fail` puts `error: ` before it. */
export function messagesOf(script: string): string[] {
  const calls = /(?<=^|[\s;{(&|!])(?<command>log|fail|echo|printf) (?=["'])/g;
  return (
    [...withoutComments(script).matchAll(calls)]
      .map((call) => ({
        command: call.groups!.command,
        text: argumentsAt(withoutComments(script), call.index + call[0].length),
      }))
      // Not what one program writes for another, such as a request.
      .filter(({ command, text }) => command !== 'printf' || /^[^\\]+ [^\\]+\\n$/.test(text))
      .map(({ command, text }) => {
        const line = command === 'printf' ? text.replace(/\\n$/, '').replaceAll('%s', PLACEHOLDER) : text;
        return command === 'fail' ? `error: ${line}` : line;
      })
      .filter((line) => /[a-z]/.test(line.replace('error: ', '')))
  );
}

/** What a line that stands for a message is to match: a placeholder is a word in capitals there. */
export function patternOf(message: string): RegExp {
  const literal = message.split(new RegExp(`${PLACEHOLDER}+`)).map((part) => part.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&'));
  return new RegExp(`^${literal.join('[A-Z]+')}$`);
}

/** For people: how a page would write it. */
export const shown = (message: string) => message.replaceAll(PLACEHOLDER, 'NAME');

const withoutComments = (script: string) => script.replace(/^\s*#.*$/gm, '');

/** The quoted arguments that begin at a place, joined by spaces as `$*` does. */
function argumentsAt(script: string, start: number): string {
  const words: string[] = [];
  let at = start;
  while (script[at] === '"' || script[at] === "'") {
    const [text, end] = script[at] === '"' ? doubleQuoted(script, at + 1) : singleQuoted(script, at + 1);
    words.push(text);
    at = end + (/^[ \t]*(\\\n)?[ \t]*/.exec(script.slice(end))?.[0].length ?? 0);
    // A printf's other arguments are what its placeholders stand for.
    if (script[start] === "'") break;
  }
  return words.join(' ');
}

function singleQuoted(script: string, start: number): [string, number] {
  const end = script.indexOf("'", start);
  return [script.slice(start, end), end + 1];
}

function doubleQuoted(script: string, start: number): [string, number] {
  let text = '';
  let at = start;
  while (script[at] !== '"') {
    const expansion = script[at] === '$' ? expansionEnd(script, at) : at;
    text += expansion === at ? script[at] : PLACEHOLDER;
    at = expansion === at ? at + 1 : expansion;
  }
  return [text, at + 1];
}

/** Behind `$NAME`, `${...}` or `$(...)`, which may hold quotes and others of them. */
function expansionEnd(script: string, start: number): number {
  const closing = { '(': ')', '{': '}' }[script[start + 1]];
  if (closing === undefined) return start + (/^\$(\w+|[*@?!#])?/.exec(script.slice(start))?.[0].length ?? 0);
  let depth = 0;
  let at = start + 1;
  do {
    if (script[at] === script[start + 1]) depth++;
    if (script[at] === closing) depth--;
    at++;
  } while (depth > 0);
  return at;
}
