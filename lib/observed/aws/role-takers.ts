import { isGiven, Resources } from '../resources';
import { PossibleReader, principalOf } from './readers';
import { rolesOf } from './rights';
import { mayTakeRole, statementsIn } from './statements';

/** Somebody who has what the nodes have, by their role. */
export interface RoleTaker extends Pick<PossibleReader, 'identity' | 'name' | 'by' | 'reads'> {
  /** How they come to it, in a reader's words. */
  readonly how: string;
}

/** What starts the nodes. */
const EC2 = 'ec2.amazonaws.com';

/** Who may take the role of nodes, and which machines have it beside these. */
export function takersOf(role: string, nodes: Set<string>, resources: Resources): RoleTaker[] {
  const made = resources.identified(role);
  const principals = made
    ? statementsIn(made.values.assume_role_policy, made, resources)
        .filter(mayTakeRole)
        .flatMap(({ principals: named }) => named)
    : [];
  const machines = resources
    .ofType('aws_instance')
    .filter((machine) => !nodes.has(`${machine.scope}::${machine.address}`))
    .filter((machine) => isGiven(machine.values.iam_instance_profile) && rolesOf(machine, resources).includes(role));
  return [
    ...[...new Set(principals)]
      .filter((principal) => principal !== EC2 && !/:root$|^\d{12}$/.test(principal))
      .map((principal) => ({
        ...principalOf(principal, made!, resources),
        ...{ how: 'which may take the role of the nodes', by: made!, reads: () => true },
      })),
    ...machines.map((by) => {
      const name = `the machine ${by.address}`;
      return { identity: name, name, how: 'which has the role of the nodes', by, reads: () => true };
    }),
  ];
}
