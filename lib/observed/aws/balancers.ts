import { ListenerProps, ListenerPurpose } from '../../posture';
import { QdrantPorts } from '../../qdrant';
import { ObservedListener } from '../found-cluster';
import { InboundRule, ObservedSource, portRange, sourcesOf } from '../reach';
import { displayed, hasUnknown, isGiven, listOf, ObservedResource, Resources } from '../resources';
import { SecurityGroups } from './ingress';
import { unknownGroup } from './unknown-group';

/** The load balancers before a cluster, by what they pass on to. */
export interface Balancers {
  readonly listeners: ObservedListener[];
  /** The security groups of the balancers, each with what a reader knows the balancer by. */
  readonly names: Map<string, string>;
  /** The port on which the nodes are asked for their health, where it is one of its own. */
  readonly healthPorts: number[];
  /** What speaks releases of TLS before 1.2, one phrase each. */
  readonly outdatedTls: string[];
}

/** The load balancers of which a target group passes on to one of the nodes. */
export function balancersOf(
  nodes: ObservedResource[],
  behind: ListenerProps[],
  resources: Resources,
  groups: SecurityGroups,
): Balancers {
  const targets = targetGroupsOf(nodes, resources);
  const names = new Map<string, string>();
  const found = resources.ofType('aws_lb_listener', 'aws_alb_listener').flatMap((listener) => {
    const passesTo = [
      ...targetsOf(listener, listener.values.default_action, resources),
      ...listenerRules(resources)
        .filter((rule) => resources.target(rule, rule.values.listener_arn) === listener)
        .flatMap((rule) => targetsOf(rule, rule.values.action, resources)),
    ];
    const target = targets.find(({ identity }) => passesTo.includes(identity));
    if (!target) return [];
    const balancer = resources.target(listener, listener.values.load_balancer_arn);
    return [listenerOf(listener, balancer, target, behind, { resources, groups, names })];
  });
  const healthPorts = targets
    .map(({ resource }) => Number(listOf(resource.values.health_check)[0]?.port))
    .filter((port) => port === QdrantPorts.HEALTH);
  const outdatedTls = found.flatMap(({ resource }) => outdatedPolicyOf(resource));
  return { listeners: found, names, healthPorts: [...new Set(healthPorts)], outdatedTls };
}

/** What AWS takes where an API gives none. */
const DEFAULT_POLICY = 'ELBSecurityPolicy-2016-08';

/** Only policies with a release in their name leave out what is older. */
function outdatedPolicyOf({ values, address }: ObservedResource): string[] {
  const { protocol, ssl_policy: given } = values;
  if (!['TLS', 'HTTPS'].includes(protocol) || hasUnknown(given)) return [];
  const policy = isGiven(given) ? given : DEFAULT_POLICY;
  const isRecent = /TLS13-1-[23]|TLS-1-2|FS-1-2/.test(policy);
  return isRecent ? [] : [`${address} by ${policy}`];
}

/** What may lead to nodes by a listener, or a balancer, that no reader here knows, one phrase each. */
export function unreadBalancers(resources: Resources): string[] {
  const rules = listenerRules(resources)
    .filter((rule) => !resources.target(rule, rule.values.listener_arn))
    .map(({ address }) => `who reaches the listener of ${address}, which is not among what was read`);
  const classic = resources
    .ofType('aws_elb')
    .filter((balancer) => leadsToQdrant(balancer, resources))
    .map(({ address }) => `who reaches Qdrant by ${address}: classic load balancers are not read`);
  return [...rules, ...classic];
}

function leadsToQdrant(balancer: ObservedResource, resources: Resources): boolean {
  const attached = resources
    .ofType('aws_elb_attachment')
    .filter((attachment) => resources.target(attachment, attachment.values.elb) === balancer);
  const ports = listOf(balancer.values.listener).map(({ instance_port: port }) => Number(port));
  const isNamed = [balancer, ...attached].some(({ address, values }) => /qdrant/i.test(`${address} ${JSON.stringify(values)}`));
  return isNamed || [QdrantPorts.REST, QdrantPorts.GRPC, QdrantPorts.PEER].some((port) => ports.includes(port));
}

function listenerRules(resources: Resources): ObservedResource[] {
  return resources.ofType('aws_lb_listener_rule', 'aws_alb_listener_rule');
}

function targetsOf(by: ObservedResource, actions: any, resources: Resources): string[] {
  return listOf(actions)
    .flatMap((action) => [
      action.target_group_arn,
      ...listOf(action.forward).flatMap(({ target_group: to }: any) => listOf(to).map(({ arn }) => arn)),
    ])
    .filter(isGiven)
    .map((arn) => resources.identity(by, arn));
}

interface TargetGroup {
  readonly identity: string;
  readonly resource: ObservedResource;
  readonly ports: unknown[];
}

function targetGroupsOf(nodes: ObservedResource[], resources: Resources): TargetGroup[] {
  const addresses = nodes.flatMap(({ values }) => [values.private_ip, values.private_ips, values.id]).flat();
  const attachments = resources
    .ofType('aws_lb_target_group_attachment', 'aws_alb_target_group_attachment')
    .filter((attachment) => {
      const { target_id: id } = attachment.values;
      const target = resources.target(attachment, id);
      return target ? nodes.includes(target) : typeof id === 'string' && addresses.includes(id);
    });
  return resources.ofType('aws_lb_target_group', 'aws_alb_target_group').flatMap((resource) => {
    const identity = resources.identity(resource, `\${${resource.address}.arn}`);
    const own = attachments.filter(
      (attachment) => resources.identity(attachment, attachment.values.target_group_arn) === identity,
    );
    const ports = own.map(({ values }) => values.port ?? resource.values.port);
    return own.length > 0 ? [{ identity, resource, ports }] : [];
  });
}

interface Context {
  readonly resources: Resources;
  readonly groups: SecurityGroups;
  readonly names: Map<string, string>;
}

function listenerOf(
  listener: ObservedResource,
  balancer: ObservedResource | undefined,
  target: TargetGroup,
  nodes: ListenerProps[],
  { resources, groups, names }: Context,
): ObservedListener {
  const { port, protocol } = listener.values;
  const at = `load balancer ${balancer?.address ?? displayed(listener.values.load_balancer_arn)}`;
  const behind = nodes.find((candidate) => target.ports.map(String).includes(String(candidate.port)));
  const given = listOf(balancer?.values.security_groups);
  const identities = given.map((group) => resources.identity(balancer!, group));
  identities.forEach((identity) => names.set(identity, at));
  const foreign: InboundRule[] = given
    .filter((_, index) => !groups.has(identities[index]))
    .map((group) => unknownGroup(group, balancer!));
  const rules = given.length > 0 ? [...groups.inboundOf(identities), ...foreign] : [withoutGroups(balancer, listener)];
  // A balancer that ends TLS presents no certificate of its client's.
  const endsTls = ['TLS', 'HTTPS'].includes(protocol);
  const isClear = protocol === 'HTTP';
  return new ObservedListener(
    {
      purpose: behind?.purpose ?? ListenerPurpose.REST,
      port,
      at,
      tls: endsTls ? true : isClear ? false : behind?.tls,
      apiKey: behind?.apiKey,
      clientVerifiedBy: endsTls || isClear ? undefined : behind?.clientVerifiedBy,
    },
    listener,
    sourcesOf(rules, port),
  );
}

/** A balancer that has no security group lets in whoever reaches it. */
function withoutGroups(balancer: ObservedResource | undefined, listener: ObservedResource): InboundRule {
  const by = balancer ?? listener;
  const isInternal = balancer?.values.internal === true;
  const source: ObservedSource = isInternal
    ? { name: 'whoever reaches the network of the load balancer', key: 'network', unknown: true, by }
    : { name: '0.0.0.0/0', key: '0.0.0.0/0', anyAddress: true, by };
  return { ports: portRange(0, 65535), sources: [source] };
}
