import { ObservedResource, Resources } from '../resources';
import { GivenGroup } from './interfaces';

/** The groups that are given by one resource to all interfaces of a list, in which a machine or an interface of it is named. */
export function groupsByLoop(parts: ObservedResource[], resources: Resources): GivenGroup[] {
  return attachmentsOfUnknown(resources)
    .filter((attachment) => parts.some((part) => loopNames(attachment, part)))
    .map((by) => ({ by, group: by.values.security_group_id }));
}

/** What gives a group to an interface of which nobody knows whose it is, one phrase each. */
export function attachedSomewhere(resources: Resources): string[] {
  return attachmentsOfUnknown(resources).map(
    ({ address }) => `which network interface is given a security group by ${address}, which may be that of a node`,
  );
}

function attachmentsOfUnknown(resources: Resources): ObservedResource[] {
  return resources.ofType('aws_network_interface_sg_attachment').filter(({ values, scope }) => {
    const { network_interface_id: id } = values;
    return typeof id === 'string' && id.includes('${') && !resources.target({ scope }, id);
  });
}

function loopNames({ values, scope }: ObservedResource, part: ObservedResource): boolean {
  const loop = JSON.stringify(values.for_each ?? values.count ?? '');
  return (
    part.scope === scope &&
    loop
      .replace(/[^\w.-]+/g, ' ')
      .split(' ')
      .some((word) => `${word}.`.startsWith(`${part.address}.`))
  );
}
