import type { Posture } from '../posture';

/** A flowchart in Mermaid: who reaches which port. */
export function exposureDiagram(posture: Posture): string {
  const sources = [...new Set(posture.listeners.flatMap((listener) => listener.sources.map((source) => source.name)))];
  const sourceId = (name: string) => `source${sources.indexOf(name)}`;
  return [
    'flowchart LR',
    ...sources.map((name) => `  ${sourceId(name)}["${label(name)}"]`),
    ...posture.listeners.map(
      (listener, index) => `  port${index}["${label(`${listener.at}: ${listener.purpose} ${listener.port}`)}"]`,
    ),
    ...posture.listeners.flatMap((listener, index) => {
      const guards = [
        ...(listener.tls ? ['TLS'] : []),
        ...(listener.apiKey ? ['API key'] : []),
        ...(listener.clientVerifiedBy ? ['client certificate'] : []),
      ];
      return listener.sources.map(
        (source) => `  ${sourceId(source.name)} -- "${guards.join(', ') || 'unguarded'}" --> port${index}`,
      );
    }),
  ].join('\n');
}

function label(text: string): string {
  return text.replace(/"/g, '#quot;');
}
