import { Listener } from '../listener';
import type { Posture } from '../posture';

/** A table in Markdown: a line a listener. */
export function exposureTable(posture: Posture): string {
  const rows = [
    ['Port', 'What', 'At', 'Exposed to', 'TLS', 'API key', 'Client certificate'],
    ...posture.listeners.map((listener) => [
      String(listener.port),
      listener.purpose,
      listener.at,
      exposedTo(listener),
      yesNo(listener.tls),
      yesNo(listener.apiKey),
      listener.clientVerifiedBy ? `verified by ${listener.clientVerifiedBy}` : 'not asked for',
    ]),
  ];
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const line = (cells: string[]) => `| ${cells.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`;
  const [head, ...body] = rows;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('\n');
}

function exposedTo(listener: Listener): string {
  return listener.sources.map((source) => source.name).join(', ') || 'nobody yet';
}

function yesNo(value: boolean): string {
  return value ? 'yes' : 'no';
}
