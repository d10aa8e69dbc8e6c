import { hasUnknown, listOf } from '../resources';
import { coverTheInternet } from '../../input/cidr';
import { ObservedObject, selects } from './objects';
import { isInNamespace, PodSet } from './policies';

/** Why pods may connect to any address on all ports: by a policy, or as there is none. Undefined where nothing does, or that is not known. */
export function unlimitedEgressOf(pods: PodSet, objects: ObservedObject[]): string | undefined {
  // No policy holds for pods in the network of their machine.
  if (pods.hostNetwork) return undefined;
  const policies = objects
    .filter((object) => object.kind === 'NetworkPolicy' && isInNamespace(object, pods))
    .filter(({ manifest }) => concernsEgress(manifest.spec ?? {}))
    .map(({ manifest, resource }) => ({
      spec: manifest.spec,
      resource,
      selected: selects(manifest.spec?.podSelector, pods.labels),
    }))
    .filter(({ selected }) => selected !== false);
  const open = policies.find(({ spec, selected }) => selected === true && listOf(spec.egress).some(isUnlimited));
  if (open) return `by ${open.resource.address}`;
  return policies.length === 0 ? 'as no NetworkPolicy of the type Egress selects them' : undefined;
}

function concernsEgress({ policyTypes, egress }: any): boolean {
  const types = listOf(policyTypes);
  return types.length === 0 ? egress !== undefined : types.includes('Egress') || hasUnknown(types);
}

function isUnlimited(rule: any): boolean {
  if (hasUnknown(rule) || rule?.dynamic !== undefined) return false;
  if (listOf(rule?.ports).some(({ port }) => port !== undefined && port !== '')) return false;
  const ranges = listOf(rule?.to).flatMap(({ ipBlock }) =>
    ipBlock && listOf(ipBlock.except).length === 0 ? [String(ipBlock.cidr)] : [],
  );
  return listOf(rule?.to).length === 0 || coverTheInternet(ranges);
}
