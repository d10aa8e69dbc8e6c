import { Construct, IConstruct } from 'constructs';
import { requireDayIfGiven } from '../input/day';
import { badInput, shown } from '../input/input';
import { OptionNames, requireOptions } from '../input/options';
import { accept, acceptedOn, pathOf } from './accepted';
import { warnLast } from './last-look';
import { rules } from './rules';
import { reviewAcknowledgements } from './unused-acknowledgements';

/** Options of an acknowledgement. */
export interface AcknowledgementOptions {
  /**
   * The last day on which it applies, in UTC, for example `2027-03-31`. From the next day on the finding is back, and says that it was accepted and why. A
   * warning is shown from two weeks before.
   *
   * @default - it has no end
   */
  readonly until?: string;
}

const ACKNOWLEDGEMENT_OPTIONS: OptionNames<AcknowledgementOptions> = { until: true };

/**
 * Accepts findings of posture rules for every cluster in a scope, for example a stack or an app.
 *
 * It does not matter whether a cluster is created before or after. Where several acknowledgements name a rule, the one on the construct
 * nearest to the cluster applies.
 *
 * @example
 *
 * Acknowledgements.of(this).add('QDR024', 'development only: the data can be loaded again');
 */
export class Acknowledgements {
  /**
   * The acknowledgements for the clusters in a scope.
   *
   * @param scope a cluster, or a construct that contains clusters
   */
  public static of(scope: IConstruct): Acknowledgements {
    if (Construct.isConstruct(scope)) return new Acknowledgements(scope);
    throw badInput('Acknowledgements.of', {
      given: `the scope is ${shown(scope)}, no construct`,
      allowed: 'a cluster, a stack, the app, or any other construct',
      instead: 'Acknowledgements.of(stack)',
    });
  }

  private constructor(private readonly scope: IConstruct) {}

  /**
   * Accepts the findings of a rule. The report lists accepted findings with their reasons, and with the path of this scope. An acknowledgement that silences
   * nothing in any cluster of the scope is the finding QDR050.
   *
   * @param ruleId for example `QDR003`
   * @param reason why it is acceptable here
   * @param options until when it is acceptable
   * @throws if there is no such rule, no reason is given, or the end is no day
   *
   * @example
   *
   * Acknowledgements.of(this).add('QDR003', 'a public demo, for the fair', { until: '2027-03-31' });
   */
  public add(ruleId: string, reason: string, options: AcknowledgementOptions = {}): void {
    this._add('add', ruleId, reason, options);
  }

  /**
   * @param method what the user called
   * @internal
   */
  public _add(method: string, ruleId: string, reason: string, options: AcknowledgementOptions): void {
    if (!rules.some((rule) => rule.id === ruleId)) {
      throw badInput(pathOf(this.scope), {
        given: `${method}("${ruleId}") names no rule`,
        allowed: rules.map((rule) => rule.id).join(', '),
        instead: 'the id that stands in the finding',
      });
    }
    if (typeof reason !== 'string' || reason.trim() === '') {
      throw badInput(pathOf(this.scope), {
        given: `${method}("${ruleId}") has no reason`,
        allowed: 'a reason that a reviewer can judge',
        instead: `${method}('${ruleId}', 'why this is acceptable here')`,
      });
    }
    requireOptions(pathOf(this.scope), undefined, options, ACKNOWLEDGEMENT_OPTIONS);
    requireDayIfGiven(pathOf(this.scope), 'until', options.until);
    if (acceptedOn(this.scope).length === 0) warnLast(this.scope, () => reviewAcknowledgements(this.scope));
    accept(this.scope, { ruleId, reason, ...(options.until !== undefined && { until: options.until }) });
  }
}
