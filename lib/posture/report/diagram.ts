import { PostureFacts } from '../facts';

/** A flowchart in Mermaid: who reaches which port. */
export function exposureDiagram(facts: PostureFacts): string {
  const sources = [...new Set(facts.listeners.flatMap((listener) => listener.sources.map((source) => source.name)))];
  const sourceId = (name: string) => `source${sources.indexOf(name)}`;
  return [
    'flowchart LR',
    ...sources.map((name) => `  ${sourceId(name)}["${label(name)}"]`),
    ...facts.listeners.map(
      (listener, index) => `  port${index}["${label(`${listener.at}: ${listener.purpose} ${listener.port}`)}"]`,
    ),
    ...facts.listeners.flatMap((listener, index) => {
      const protections = [
        ...protection('TLS', listener.tls),
        ...protection('API key', listener.apiKey),
        ...protection('client certificate', listener.clientVerifiedBy ? true : listener.madeElsewhere ? undefined : false),
      ];
      return listener.sources.map(
        (source) => `  ${sourceId(source.name)} -- "${protections.join(', ') || 'unprotected'}" --> port${index}`,
      );
    }),
  ].join('\n');
}

function protection(name: string, stands?: boolean): string[] {
  if (stands === undefined) return [`${name} unknown`];
  return stands ? [name] : [];
}

function label(text: string): string {
  return text.replace(/"/g, '#quot;');
}
