import { Aspects, TerraformElement, TerraformProvider, TerraformResource, TerraformStack } from 'cdktf';
import { IConstruct } from 'constructs';
import { identityOf } from '../terraform/identity';
import { providerIdentity } from '../terraform/provider-identity';
import { ProviderName } from '../terraform/use-provider';

/** A cluster, and what no other may share with it where it runs. */
interface NamedCluster {
  readonly cluster: IConstruct;
  readonly providerName: ProviderName;
  /** What must be its own, by what it is known by: `clusterName`, `private zone`. */
  readonly names: { readonly [what: string]: unknown };
}

/** The clusters of an app, by the app. */
const clusters = new WeakMap<IConstruct, NamedCluster[]>();

/** The clusters whose resources have the providers that they are made by, as their Aspects have run. */
const settled = new WeakSet<IConstruct>();

/**
 * Refuses, when the app is synthesized, that two clusters have one name in one place: each would take the other's resources for its own.
 *
 * An app runs Aspects and validations stack by stack. So two clusters are judged once the Aspects of both have run, and not before, by the one whose
 * stack comes later.
 *
 * @param names what must be the cluster's own
 */
export function refuseSharedNames(cluster: IConstruct, providerName: ProviderName, names: { [what: string]: unknown }): void {
  const app = cluster.node.root;
  const named = { cluster, providerName, names };
  Aspects.of(cluster).add({ visit: (construct) => void (construct === cluster && settled.add(cluster)) });
  clusters.set(app, [...(clusters.get(app) ?? []), named]);
  cluster.node.addValidation({ validate: () => (clusters.get(app) ?? []).flatMap((other) => shared(named, other)) });
}

function shared(one: NamedCluster, other: NamedCluster): string[] {
  if (one === other || one.providerName !== other.providerName) return [];
  if (!settled.has(one.cluster) || !settled.has(other.cluster)) return [];
  const sharedNames = Object.entries(one.names).filter(
    ([what, name]) =>
      name !== undefined && identityOf(one.cluster, name) === identityOf(one.cluster, other.names[what] ?? null),
  );
  // Where they run is looked for among all that they are made of, which few pairs are worth.
  if (sharedNames.length === 0 || whereabouts(one, one.cluster) !== whereabouts(other, one.cluster)) return [];
  return sharedNames.map(
    ([what]) =>
      `${one.cluster.node.path} and ${other.cluster.node.path} have the same ${what}: each would take the resources of the other for its own. ` +
      `Give each a ${what} of its own. Where they run in different accounts, regions or Kubernetes clusters, say so in their providers ` +
      '(for example by allowedAccountIds, or configContext), so that they can be told apart.',
  );
}

/** Where a cluster runs, by the provider that its resources have. */
function whereabouts({ cluster, providerName }: NamedCluster, seenFrom: IConstruct): string {
  const resource = cluster.node.findAll().find((child): child is TerraformResource => isOf(providerName, child));
  return whereMade(cluster, resource?.provider, providerName, seenFrom);
}

/**
 * Where what a construct stands for is made, by its provider, or that of its stack.
 *
 * @param provider that of the construct, where it has one
 */
export function whereMade(
  construct: IConstruct,
  provider: TerraformProvider | undefined,
  providerName: ProviderName,
  seenFrom: IConstruct,
): string {
  return providerIdentity(seenFrom, providerName, provider ?? defaultProviderOf(construct, providerName));
}

function defaultProviderOf(construct: IConstruct, providerName: ProviderName): TerraformProvider | undefined {
  return TerraformStack.of(construct)
    .node.findAll()
    .filter((child): child is TerraformProvider => TerraformProvider.isTerraformProvider(child))
    .find(({ terraformResourceType, alias }) => terraformResourceType === providerName && !alias);
}

/** Whether a construct is a resource of a provider. */
export function isOf(providerName: ProviderName, child: IConstruct): child is TerraformResource {
  return (
    TerraformElement.isTerraformElement(child) &&
    TerraformResource.isTerraformResource(child) &&
    child.terraformResourceType.startsWith(`${providerName}_`)
  );
}
