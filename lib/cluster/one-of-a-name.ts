import { TerraformElement, TerraformProvider, TerraformResource, TerraformStack } from 'cdktf';
import { IConstruct } from 'constructs';
import { identityOf } from '../terraform/identity';

/** A cluster, and what no other may share with it where it runs. */
interface NamedCluster {
  readonly cluster: IConstruct;
  readonly providerType: string;
  /** What must be its own, by what it is known by: `clusterName`, `private zone`. */
  readonly names: { readonly [what: string]: unknown };
}

/** The clusters of an app, by the app. */
const clusters = new WeakMap<IConstruct, NamedCluster[]>();

/**
 * Refuses, when the app is synthesized, that two clusters have one name in one place: each would take the other's resources for its own.
 *
 * Two providers are two places where their configuration differs as far as it is known. What only the environment tells apart, as credentials do,
 * cannot be seen.
 *
 * @param providerType the type of the provider, for example `aws`
 * @param names what must be the cluster's own
 */
export function refuseSharedNames(cluster: IConstruct, providerType: string, names: { [what: string]: unknown }): void {
  const app = cluster.node.root;
  const named = { cluster, providerType, names };
  clusters.set(app, [...(clusters.get(app) ?? []), named]);
  cluster.node.addValidation({ validate: () => (clusters.get(app) ?? []).flatMap((other) => shared(named, other)) });
}

function shared(one: NamedCluster, other: NamedCluster): string[] {
  if (one === other || one.providerType !== other.providerType || placeOf(one, one.cluster) !== placeOf(other, one.cluster))
    return [];
  return Object.entries(one.names)
    .filter(
      ([what, name]) =>
        name !== undefined && identityOf(one.cluster, name) === identityOf(one.cluster, other.names[what] ?? null),
    )
    .map(
      ([what]) =>
        `${one.cluster.node.path} and ${other.cluster.node.path} have the same ${what}: each would take the resources of the other for its own. ` +
        `Give each a ${what} of its own. Where they run in different accounts, regions or Kubernetes clusters, say so in their providers ` +
        '(for example by allowedAccountIds, or configContext), so that they can be told apart.',
    );
}

/** Where a cluster runs: where its resources are made, Aspects included. */
function placeOf({ cluster, providerType }: NamedCluster, seenFrom: IConstruct): string {
  const resource = cluster.node.findAll().find((child): child is TerraformResource => isOf(providerType, child));
  return placeByProvider(cluster, resource?.provider, providerType, seenFrom);
}

/**
 * Where what a construct stands for is made: the configuration of its provider, or of its stack's own.
 *
 * @param provider that of the construct, where it has one
 */
export function placeByProvider(
  construct: IConstruct,
  provider: TerraformProvider | undefined,
  providerType: string,
  seenFrom: IConstruct,
): string {
  const providers = TerraformStack.of(construct)
    .node.findAll()
    .filter((child): child is TerraformProvider => TerraformProvider.isTerraformProvider(child));
  const used =
    provider ?? providers.find(({ terraformResourceType, alias }) => terraformResourceType === providerType && !alias);
  const { [providerType]: configurations } = used?.toTerraform().provider ?? {};
  return identityOf(seenFrom, { ...configurations?.[0], alias: undefined });
}

/** Whether a construct is a resource of a provider. */
export function isOf(providerType: string, child: IConstruct): child is TerraformResource {
  return (
    TerraformElement.isTerraformElement(child) &&
    TerraformResource.isTerraformResource(child) &&
    child.terraformResourceType.startsWith(`${providerType}_`)
  );
}
