import { addTo } from '../grouped';
import { ALL_PORTS, InboundRule, ObservedSource, PortRange, portRange, rangeSource } from '../reach';
import { blockOf, displayed, hasUnknown, isEach, listOf, ObservedResource, Resources, UNKNOWN } from '../resources';

/** The types of resources by which a security group lets others in. */
export const SECURITY_GROUP_TYPES = [
  'aws_security_group',
  'aws_default_security_group',
  'aws_security_group_rule',
  'aws_vpc_security_group_ingress_rule',
];

/** A rule of a security group, in the words of whichever resource writes it. */
interface GroupRule {
  readonly by: ObservedResource;
  readonly protocol: unknown;
  readonly from: unknown;
  readonly to: unknown;
  readonly ranges: unknown[];
  readonly prefixLists: unknown[];
  readonly groups: unknown[];
  readonly self: boolean;
}

/** What all security groups let in, by the group. Each resource is looked at once. */
export class SecurityGroups {
  private readonly rules = new Map<string, GroupRule[]>();
  private readonly inApp = new Set<string>();
  /** Rules of groups that are not known. */
  public readonly ofUnknownGroups: ObservedResource[] = [];
  private readonly unknownRules: GroupRule[] = [];

  public constructor(private readonly resources: Resources) {
    for (const group of resources.ofType('aws_security_group', 'aws_default_security_group')) {
      const identity = resources.identity(group, `\${${group.address}.id}`);
      this.inApp.add(identity);
      inlineRules(group).forEach((rule) => addTo(this.rules, identity, rule));
    }
    for (const rule of resources.ofType('aws_security_group_rule')) {
      if (rule.values.type === 'egress') continue;
      this.addSingle(rule, ruleOf(rule));
    }
    for (const rule of resources.ofType('aws_vpc_security_group_ingress_rule')) this.addSingle(rule, singleRuleOf(rule));
  }

  /** Whether a group is among what was read, so that its inline rules are known. */
  public has(identity: string): boolean {
    return this.inApp.has(identity);
  }

  /** The groups that have a rule which opens one of the ports by name: not every port, and not many. */
  public withRulesFor(ports: number[]): string[] {
    const names = ({ protocol, from, to }: GroupRule) => {
      const range = portsOf(protocol, from, to);
      return range?.expression === undefined && range !== undefined && range.to - range.from < 1000
        ? ports.some((port) => range.from <= port && port <= range.to)
        : false;
    };
    return [...this.rules].flatMap(([identity, rules]) => (rules.some(names) ? [identity] : []));
  }

  /** What lets others in to the members of groups. Members of the same groups are the nodes. */
  public inboundOf(groups: string[]): InboundRule[] {
    return groups.flatMap((group) =>
      (this.rules.get(group) ?? []).flatMap((rule) => {
        const ports = this.portsOf(rule);
        return ports ? [{ ports, sources: this.sourcesOf(rule, groups) }] : [];
      }),
    );
  }

  /** A port that a variable holds is taken for what it holds by default, so that a rule for SSH does not count as one for every port. */
  private portsOf({ by, protocol, from, to }: GroupRule): PortRange | undefined {
    const range = portsOf(protocol, from, to);
    if (range?.expression === undefined) return range;
    const usual = portRange(this.resources.byDefault(by, from), this.resources.byDefault(by, to));
    return usual.expression === undefined ? { ...usual, expression: range.expression } : range;
  }

  /** Whom rules of groups that are not known let in, if these are the groups of the nodes: nobody knows whether they are. */
  public inboundOfUnknown(groups: string[]): InboundRule[] {
    return this.unknownRules.flatMap((rule) => {
      const { by } = rule;
      // A group of the nodes has this rule for certain.
      if (groups.includes(this.resources.identity(by, by.values.security_group_id))) return [];
      const ports = this.portsOf(rule);
      const name = `whoever ${by.address} lets in, if its group, which is not known, is that of the nodes`;
      return ports ? [{ ports, sources: [{ name, key: name, unknown: true, by }] }] : [];
    });
  }

  private sourcesOf(rule: GroupRule, nodeGroups: string[]): ObservedSource[] {
    const { by } = rule;
    const groups = rule.groups.map((group): ObservedSource => {
      const identity = this.resources.identity(by, group);
      if (nodeGroups.includes(identity)) return nodesOf(by);
      return { name: this.nameOf(group, by), key: identity, unknown: group === UNKNOWN, by };
    });
    return [
      ...rule.ranges.map((cidr) => rangeSource(cidr, by)),
      ...rule.prefixLists.map((list) => ({ name: displayed(list), key: String(list), isList: true, by })),
      ...groups,
      ...(rule.self ? [nodesOf(by)] : []),
    ];
  }

  /** A group of another stack by its address there: what refers to it across stacks is no name that anyone wrote. */
  private nameOf(group: unknown, by: ObservedResource): string {
    const target = hasUnknown(group) ? this.resources.target(by, group) : undefined;
    return target && target.scope !== by.scope ? `${target.scope}: ${target.address}.id` : displayed(group);
  }

  private addSingle(resource: ObservedResource, rule: GroupRule): void {
    const group = resource.values.security_group_id;
    const mentioned = this.resources.target(resource, group) ? [] : this.mentionedIn(resource, group);
    if (hasUnknown(group) && mentioned.length === 0 && !this.isResolved(resource, group)) {
      this.ofUnknownGroups.push(resource);
      this.unknownRules.push(rule);
    }
    const identities = mentioned.length > 0 ? mentioned : [this.resources.identity(resource, group)];
    identities.forEach((identity) => addTo(this.rules, identity, rule));
  }

  /** The groups that an expression is made of: it may be any of them. */
  private mentionedIn(resource: ObservedResource, group: unknown): string[] {
    if (!hasUnknown(group)) return [];
    const named = this.resources.mentioned(resource, [group, ...(isEach(group) ? [resource.values.for_each] : [])]);
    return [...new Set(named)].filter((identity) => this.has(identity));
  }

  /** What looks for a group by its name or its tags finds one that is known only when planning. */
  private isResolved(resource: ObservedResource, group: unknown): boolean {
    const target = this.resources.target(resource, group);
    if (!target?.type.startsWith('data.')) return target !== undefined;
    const { id } = target.values ?? {};
    return id !== undefined && id !== null && !hasUnknown(id);
  }
}

function nodesOf(by: ObservedResource): ObservedSource {
  return { name: 'the nodes', key: 'nodes', nodes: true, by };
}

/** The ports of a rule; none where it lets in no TCP. */
function portsOf(protocol: unknown, from: unknown, to: unknown): PortRange | undefined {
  const name = String(protocol).toLowerCase();
  if (['-1', 'all'].includes(name) || hasUnknown(protocol)) return ALL_PORTS;
  if (!['tcp', '6'].includes(name)) return undefined;
  const isEveryPort = Number(from) === -1 && Number(to) === -1;
  return isEveryPort ? ALL_PORTS : portRange(from, to);
}

function inlineRules(group: ObservedResource): GroupRule[] {
  // Of blocks that Terraform makes one by one, what differs is an expression, and as such is not known.
  const dynamic = listOf(group.values.dynamic)
    .flatMap((blocks) => listOf(blocks?.ingress))
    .map(({ content }) => blockOf(content) ?? {});
  return [...listOf(group.values.ingress), ...dynamic].map((block) =>
    typeof block === 'string'
      ? everything(group, block)
      : {
          by: group,
          protocol: block.protocol,
          from: block.from_port,
          to: block.to_port,
          ranges: [...listOf(block.cidr_blocks), ...listOf(block.ipv6_cidr_blocks)],
          prefixLists: listOf(block.prefix_list_ids),
          groups: listOf(block.security_groups),
          self: block.self === true,
        },
  );
}

/** Rules of which nothing is known. */
function everything(by: ObservedResource, expression: string): GroupRule {
  return { by, protocol: '-1', from: 0, to: 0, ranges: [expression], prefixLists: [], groups: [], self: false };
}

function ruleOf(by: ObservedResource): GroupRule {
  const { values } = by;
  return {
    by,
    protocol: values.protocol,
    from: values.from_port,
    to: values.to_port,
    ranges: [...listOf(values.cidr_blocks), ...listOf(values.ipv6_cidr_blocks)],
    prefixLists: listOf(values.prefix_list_ids),
    groups: listOf(values.source_security_group_id),
    self: values.self === true,
  };
}

function singleRuleOf(by: ObservedResource): GroupRule {
  const { values } = by;
  return {
    by,
    protocol: values.ip_protocol,
    from: values.from_port,
    to: values.to_port,
    ranges: [...listOf(values.cidr_ipv4), ...listOf(values.cidr_ipv6)],
    prefixLists: listOf(values.prefix_list_id),
    groups: listOf(values.referenced_security_group_id),
    self: false,
  };
}
