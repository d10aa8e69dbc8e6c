import { FindingSeverity } from '../../posture/rules/rule';
import { found, onEach, passed, placeOf, Probe, provesNothing } from '../probe';
import { isDenial, jsonOf, receivedText } from '../wire/rest-wire';

export const webUi: Probe = {
  id: 'web-ui',
  rule: 'QDR022',
  severity: FindingSeverity.WARNING,
  title: 'The web UI is served, to everyone and without a key',
  sends: 'GET /dashboard/, without a key',
  setting: 'service.enable_static_content: false',
  construct: 'settings.webUi, which is off by default',
  run: (attack) =>
    onEach([attack.rest], async () => {
      const { rest } = attack;
      const where = placeOf(rest);
      const { sent, answer } = await rest.wire.request({ method: 'GET', path: '/dashboard/' }, { plain: !rest.facts.tls });
      const evidence = { sent, received: receivedText(answer) };
      if (answer.kind === 'failure') return provesNothing(where, evidence);
      // A page, and not what a proxy says in JSON.
      if (answer.status === 200 && jsonOf(answer.text) === undefined)
        return found(where, 'REST serves the web UI at /dashboard', evidence);
      return answer.status === 404 || isDenial(answer) ? passed(where, evidence) : provesNothing(where, evidence);
    }),
};
