import { PostureFacts } from '../facts';
import { Listener } from '../listener';
import { TransportProtocol } from '../outbound';

/** Tables in Markdown: a line a listener, then a line a way out. */
export function exposureTable(facts: PostureFacts): string {
  const exposed = table([
    ['Port', 'What', 'At', 'Exposed to', 'TLS', 'API key', 'Client certificate'],
    ...facts.listeners.map((listener) => [
      String(listener.port),
      listener.purpose,
      listener.at,
      exposedTo(listener),
      yesNo(listener.tls),
      yesNo(listener.apiKey),
      clientCertificate(listener),
    ]),
  ]);
  if (facts.outbound.length === 0) return exposed;
  const outbound = table([
    ['Port', 'From', 'May connect to', 'For'],
    ...facts.outbound.map(({ port, protocol, from, to, purpose }) => [
      protocol === TransportProtocol.UDP ? `${port} (UDP)` : String(port),
      from,
      to,
      purpose,
    ]),
  ]);
  return `${exposed}\n\n${outbound}`;
}

function table(rows: string[][]): string {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const line = (cells: string[]) => `| ${cells.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`;
  const [head, ...body] = rows;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('\n');
}

function exposedTo(listener: Listener): string {
  const sources = listener.sources.map((source) => source.name).join(', ') || 'nobody yet';
  return listener.madeElsewhere ? `${sources}; and whatever it allows outside this stack` : sources;
}

function clientCertificate({ clientVerifiedBy, madeElsewhere }: Listener): string {
  if (clientVerifiedBy) return `verified by ${clientVerifiedBy}`;
  return madeElsewhere ? 'unknown' : 'not asked for';
}

/** An answer, as tables have it. */
export function yesNo(value?: boolean): string {
  if (value === undefined) return 'unknown';
  return value ? 'yes' : 'no';
}
