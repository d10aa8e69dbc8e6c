import { coverTheInternet } from '../../input/cidr';
import { ObservedListener } from '../found-cluster';
import { ObservedSource, rangeSource } from '../reach';
import { displayed, listOf, ObservedResource, Resources } from '../resources';
import { ObservedObject, selects } from './objects';
import { PodSet } from './policies';

/** What stands before pods, and lets others in to them by addresses of its own. */
interface Fronts {
  readonly listeners: ObservedListener[];
  readonly unknown: string[];
}

/** Annotations by which a cloud makes a load balancer for its own network only. */
const INTERNAL = [
  ['service.beta.kubernetes.io/aws-load-balancer-internal', 'true'],
  ['service.beta.kubernetes.io/aws-load-balancer-scheme', 'internal'],
  ['service.beta.kubernetes.io/azure-load-balancer-internal', 'true'],
  ['networking.gke.io/load-balancer-type', 'Internal'],
];
const ROUTES = ['HTTPRoute', 'GRPCRoute', 'TCPRoute', 'TLSRoute'];
const PASS_THROUGH = /\/ssl-passthrough$/;

/** The services, Ingresses, routes and ports of machines by which pods are reached. */
export function frontsOf(
  pods: PodSet,
  listeners: ObservedListener[],
  template: any,
  objects: ObservedObject[],
  resources: Resources,
): Fronts {
  const of = (kind: string) =>
    objects.filter((object) => object.kind === kind && object.resource.where === pods.resource.where);
  const services = of('Service').filter(
    ({ namespace, manifest }) => namespace === pods.namespace && selectsPods(manifest.spec?.selector, pods),
  );
  const behind = (port: unknown) =>
    listeners.find((listener) => String(listener.port) === String(pods.portNames[String(port)] ?? port));
  const serviceOf = (route: ObservedObject, name: unknown) => {
    const target = resources.target(route.resource, name);
    return services.find((service) => (target ? service.resource === target : service.name === name));
  };
  const backend = (route: ObservedObject, name: unknown, port: unknown) => {
    const service = serviceOf(route, name);
    const found = listOf(service?.manifest.spec?.ports).find((candidate) =>
      [candidate.port, candidate.name].map(String).includes(String(port)),
    );
    return found && behind(found.targetPort ?? found.port);
  };
  return {
    listeners: [
      ...services.flatMap((service) => servicePorts(service, behind)),
      ...of('Ingress').flatMap((ingress) => ingressListeners(ingress, backend)),
      ...ROUTES.flatMap(of).flatMap((route) => routeListeners(route, backend)),
      ...hostPorts(template, behind, pods.resource),
    ],
    unknown: services
      .filter(({ manifest }) => listOf(manifest.spec?.externalIPs ?? manifest.spec?.externalIps).length > 0)
      .map(({ resource }) => `who reaches the external addresses of ${resource.address}`),
  };
}

function selectsPods(selector: any, pods: PodSet): boolean {
  if (!selector || Object.keys(selector).length === 0) return false;
  return selects({ matchLabels: selector }, pods.labels) !== false;
}

type Behind = (port: unknown) => ObservedListener | undefined;
type Backend = (route: ObservedObject, name: unknown, port: unknown) => ObservedListener | undefined;

/** What passes TLS through is as protected as what is behind it. */
function passedOn(
  behind: ObservedListener,
  port: unknown,
  at: string,
  by: ObservedResource,
  sources: ObservedSource[],
): ObservedListener {
  const { purpose, tls, apiKey, clientVerifiedBy, behindGuard } = behind;
  return new ObservedListener({ purpose, port: port as number, at, tls, apiKey, clientVerifiedBy, behindGuard }, by, sources);
}

function servicePorts({ manifest, resource }: ObservedObject, behind: Behind): ObservedListener[] {
  const { type = 'ClusterIP', ports, loadBalancerSourceRanges } = manifest.spec ?? {};
  if (type !== 'LoadBalancer' && type !== 'NodePort') return [];
  const { annotations = {} } = manifest.metadata ?? {};
  const isInternal = INTERNAL.some(([name, value]) => String(annotations[name]).toLowerCase() === value.toLowerCase());
  const ranges = listOf(loadBalancerSourceRanges).map((range) => rangeSource(range, resource));
  const together = coverTheInternet(ranges.map(({ key }) => key));
  const everyone: ObservedSource =
    type === 'NodePort' || isInternal
      ? {
          name: `whoever reaches ${isInternal ? 'the network of the load balancer' : 'the machines of the cluster'}`,
          key: 'network',
          unknown: true,
          by: resource,
        }
      : { name: '0.0.0.0/0', key: '0.0.0.0/0', anyAddress: true, by: resource };
  const sources = ranges.length > 0 ? ranges.map((range) => ({ ...range, anyAddress: together })) : [everyone];
  return listOf(ports).flatMap(({ port, targetPort, nodePort }) => {
    const listener = behind(targetPort ?? port);
    const own = type === 'NodePort' ? (nodePort ?? port) : port;
    return listener ? [passedOn(listener, own, `${type} ${resource.address}`, resource, sources)] : [];
  });
}

function unknownClients(at: string, by: ObservedResource): ObservedSource[] {
  const name = `all that can reach the ${at} (unknown)`;
  return [{ name, key: name, unknown: true, by }];
}

/** Whether the controller passes TLS on, and whether it speaks it where it does not, is up to it. */
function ingressListeners(ingress: ObservedObject, backend: Backend): ObservedListener[] {
  const { manifest, resource } = ingress;
  const { ingressClassName, rules, tls, defaultBackend } = manifest.spec ?? {};
  const at = `ingress ${ingressClassName ?? ingress.name}`;
  const annotations = Object.entries(manifest.metadata?.annotations ?? {});
  const passesThrough = annotations.some(([name, value]) => PASS_THROUGH.test(name) && value === 'true');
  const backends = [
    ...listOf(rules).flatMap(({ http }) => listOf(http?.paths).map((path) => path.backend)),
    ...listOf(defaultBackend),
  ];
  return backends.flatMap((to) => {
    const { name, port } = to?.service ?? {};
    const behind = backend(ingress, name, port?.number ?? port?.name);
    if (!behind) return [];
    const own = passesThrough ? {} : { tls: listOf(tls).length > 0 ? true : undefined, clientVerifiedBy: undefined };
    const { purpose, apiKey, tls: speaks, clientVerifiedBy } = behind;
    const port443 = passesThrough || listOf(tls).length > 0 ? 443 : 80;
    const shown = passesThrough ? { tls: speaks, clientVerifiedBy } : own;
    return [new ObservedListener({ purpose, port: port443, at, apiKey, ...shown }, resource, unknownClients(at, resource))];
  });
}

function routeListeners(route: ObservedObject, backend: Backend): ObservedListener[] {
  const { kind, manifest, resource } = route;
  const gateways = listOf(manifest.spec?.parentRefs).map(({ name }) => displayed(name));
  const at = `gateway ${gateways.join(', ')}`;
  const passesThrough = kind === 'TLSRoute' || kind === 'TCPRoute';
  return listOf(manifest.spec?.rules).flatMap(({ backendRefs }) =>
    listOf(backendRefs).flatMap(({ name, port }) => {
      const behind = backend(route, name, port);
      if (!behind) return [];
      const { purpose, apiKey } = behind;
      const { tls, clientVerifiedBy } = passesThrough ? behind : { tls: undefined, clientVerifiedBy: undefined };
      return [
        new ObservedListener({ purpose, port: 443, at, tls, apiKey, clientVerifiedBy }, resource, unknownClients(at, resource)),
      ];
    }),
  );
}

function hostPorts(template: any, behind: Behind, by: ObservedResource): ObservedListener[] {
  const ports = listOf(template.spec?.containers).flatMap((container) => listOf(container.ports));
  const sources = [{ name: 'whoever reaches the machines of the pods', key: 'machines', unknown: true, by }];
  return ports.flatMap(({ containerPort, hostPort }) => {
    const listener = hostPort ? behind(containerPort) : undefined;
    return listener ? [passedOn(listener, hostPort, 'the machines of the pods (hostPort)', by, sources)] : [];
  });
}
