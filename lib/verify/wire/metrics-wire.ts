import { AskOptions, Question, Reply, replyOfFailure } from './reply';
import { isDenial, receivedText, RestWire } from './rest-wire';

/** The port that serves metrics and nothing else: to greet it is to ask for them. */
export class MetricsWire extends RestWire {
  public async ask(_: Question, options: AskOptions): Promise<Reply> {
    const { sent, answer } = await this.request({ method: 'GET', path: '/metrics' }, options);
    if (answer.kind === 'failure') return replyOfFailure(answer, sent);
    const received = receivedText(answer);
    if (answer.status === 200) return { verdict: 'allowed', sent, received };
    if (answer.status === 401 || answer.status === 403) {
      return { verdict: isDenial(answer) ? 'denied' : 'forbidden', sent, received };
    }
    return { verdict: answer.status === 400 && /certificate/i.test(answer.text) ? 'refused' : 'unclear', sent, received };
  }
}
