import { AskOptions, Question, Reply, replyOfFailure } from './reply';
import { receivedText, RestWire, turnedAwayBy } from './rest-wire';

/** The port that serves metrics and nothing else: to greet it is to ask for them. */
export class MetricsWire extends RestWire {
  public async ask(_: Question, options: AskOptions): Promise<Reply> {
    const { sent, answer } = await this.request({ method: 'GET', path: '/metrics' }, options);
    if (answer.kind === 'failure') return replyOfFailure(answer, sent);
    const received = receivedText(answer);
    if (answer.status === 200) return { verdict: 'allowed', sent, received };
    const turnedAway = turnedAwayBy(answer);
    if (turnedAway) return { verdict: turnedAway, sent, received };
    return { verdict: answer.status === 400 && /certificate/i.test(answer.text) ? 'refused' : 'unclear', sent, received };
  }
}
