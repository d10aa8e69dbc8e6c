import { Aspects, IResolvable, Lazy, TerraformStack } from 'cdktf';
import { IConstruct } from 'constructs';

/** The reports of a stack, by the paths of their clusters. */
type Reports = { [path: string]: IResolvable };

const reportsOf = new WeakMap<TerraformStack, Reports>();

/**
 * Puts a cluster's report into the stack, where a reviewer of what is synthesized finds it: Terraform ignores the member `//`.
 *
 * The reports of a stack are one override, as the path of an override is split at dots, which the ids of constructs may have.
 */
export function putReportIntoStack(cluster: IConstruct, produce: () => object): void {
  const stack = TerraformStack.of(cluster);
  const reports = reportsOf.get(stack) ?? firstReportsOf(stack);
  reports[cluster.node.path] = Lazy.anyValue({ produce });
}

function firstReportsOf(stack: TerraformStack): Reports {
  const reports: Reports = {};
  reportsOf.set(stack, reports);
  const put = () => stack.addOverride('//.qdrant', reports);
  put();
  // Once more when the stack is synthesized: an override of `//` as a whole, made later, would take them away.
  Aspects.of(stack).add({ visit: (construct) => void (construct === stack && put()) });
  return reports;
}
