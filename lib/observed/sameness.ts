import { hasUnknown } from './resources';
import { Verdict } from './verdict';

/** Whether two texts are one; undefined where what only Terraform knows in them may make them so. */
export function isSameText(one: string, other: string): Verdict {
  if (one === other) return true;
  if (!hasUnknown(one) && !hasUnknown(other)) return false;
  const [mine, others] = [endsOf(one), endsOf(other)];
  const mayBegin = mine.begin.startsWith(others.begin) || others.begin.startsWith(mine.begin);
  const mayEnd = mine.end.endsWith(others.end) || others.end.endsWith(mine.end);
  return mayBegin && mayEnd ? undefined : false;
}

/** What is known of how a text begins and ends. */
function endsOf(text: string): { begin: string; end: string } {
  if (!hasUnknown(text)) return { begin: text, end: text };
  return { begin: text.replace(/(?<!\$)\$\{.*$/s, ''), end: text.slice(text.lastIndexOf('}') + 1) };
}
