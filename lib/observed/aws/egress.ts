import { coverTheInternet } from '../../input/cidr';
import { hasUnknown, listOf, ObservedResource, Resources } from '../resources';

/** Why the members of groups may connect to any address on all ports: by which resource. */
export function unlimitedEgressOf(groups: string[], resources: Resources): string | undefined {
  const isOne = (by: ObservedResource, group: unknown) => groups.includes(resources.identity(by, group));
  const inline = resources
    .ofType('aws_security_group')
    .filter((group) => isOne(group, `\${${group.address}.id}`) && listOf(group.values.egress).some(isUnlimited));
  const rules = resources
    .ofType('aws_security_group_rule', 'aws_vpc_security_group_egress_rule')
    .filter(({ type, values }) => type !== 'aws_security_group_rule' || values.type === 'egress')
    .filter((rule) => isOne(rule, rule.values.security_group_id) && isUnlimited(rule.values));
  const [by] = [...inline, ...rules];
  return by && `by ${by.address}`;
}

function isUnlimited(rule: any): boolean {
  const { protocol, ip_protocol: own = protocol, from_port: from, to_port: to } = rule;
  const isAll = ['-1', 'all'].includes(String(own)) || (Number(from) === 0 && Number(to) === 65535);
  const { cidr_blocks: blocks, ipv6_cidr_blocks: blocks6, cidr_ipv4: ipv4, cidr_ipv6: ipv6 } = rule;
  if (hasUnknown([own, from, to, blocks, blocks6, ipv4, ipv6])) return false;
  return isAll && coverTheInternet([...listOf(blocks), ...listOf(blocks6), ...listOf(ipv4), ...listOf(ipv6)].map(String));
}
