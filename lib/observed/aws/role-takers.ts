import { blockOf, isGiven, mayBeAbsent, ObservedResource, Resources } from '../resources';
import { principalOf } from './holders';
import { PossibleReader } from './readers';
import { rolesOf } from './rights';
import { mayTakeRole, statementsIn } from './statements';

/** Somebody who has what the nodes have, by their role. */
export interface RoleTaker extends Pick<PossibleReader, 'holder' | 'by' | 'reads'> {
  /** How they come to it, in a reader's words. */
  readonly how: string;
}

/** What starts the nodes. */
const EC2 = /^ec2\.amazonaws\.com(\.cn)?$/;

/** Who may take the role of nodes, and which machines have it beside these. */
export function takersOf(role: string, nodes: Set<string>, resources: Resources): RoleTaker[] {
  const made = resources.identified(role);
  const principals = made
    ? statementsIn(made.values.assume_role_policy, made, resources)
        .filter(mayTakeRole)
        .flatMap(({ principals: named }) => named)
    : [];
  const takers = [...new Set(principals)]
    .filter((principal) => !EC2.test(principal))
    .map((principal) => principalOf(principal, made!, resources))
    .filter(({ isNobody }) => isNobody !== true);
  const machines = resources
    .ofType('aws_instance')
    .filter((machine) => !nodes.has(`${machine.scope}::${machine.address}`) && !mayBeAbsent(machine))
    .filter((machine) => rolesOf(withProfile(machine, resources), resources).includes(role));
  return [
    ...takers.map((holder) => ({ holder, how: 'which may take the role of the nodes', by: made!, reads: () => true })),
    ...machines.map((by) => {
      const name = `the machine ${by.address}`;
      return { holder: { identity: name, name }, how: 'which has the role of the nodes', by, reads: () => true };
    }),
  ];
}

/** What says which profile a machine has: itself, or the launch template that it is of. */
function withProfile(machine: ObservedResource, resources: Resources): ObservedResource {
  const { iam_instance_profile: own, launch_template: written } = machine.values;
  const { id, name } = blockOf(written) ?? {};
  const template = isGiven(own) ? undefined : resources.target(machine, id ?? name);
  return template?.type === 'aws_launch_template' ? template : machine;
}
