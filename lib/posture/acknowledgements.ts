import { Construct, IConstruct } from 'constructs';
import { badInput, shown } from '../input/input';
import { rules } from './rules';
import { Acknowledgement } from './rules/rule';

/** What was accepted on each construct, in that order. */
const accepted = new WeakMap<IConstruct, Acknowledgement[]>();

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

  /** Those that apply to a cluster, the nearest first. @internal */
  public static _ofCluster(cluster: IConstruct): Acknowledgement[] {
    return cluster.node.scopes.reverse().flatMap((scope) => {
      const path = scope === cluster ? {} : { path: pathOf(scope) };
      return (accepted.get(scope) ?? []).map((acknowledgement) => ({ ...acknowledgement, ...path }));
    });
  }

  private constructor(private readonly scope: IConstruct) {}

  /**
   * Accepts the findings of a rule. The report lists accepted findings with their reasons, and with the path of this scope.
   *
   * @param ruleId for example `QDR003`
   * @param reason why it is acceptable here
   * @throws if there is no such rule, or no reason is given
   */
  public add(ruleId: string, reason: string): void {
    this._add('add', ruleId, reason);
  }

  /**
   * @param method what the user called
   * @internal
   */
  public _add(method: string, ruleId: string, reason: string): void {
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
    accepted.set(this.scope, [...(accepted.get(this.scope) ?? []), { ruleId, reason }]);
  }
}

/** The path of a construct. That of an app is empty, and `App` in CDK for Terraform's own tree. */
function pathOf(scope: IConstruct): string {
  return scope.node.path || 'App';
}
