import { TerraformResource, TerraformStack } from 'cdktf';
import { IConstruct } from 'constructs';
import { isOf, whereMade } from '../../cluster/one-of-a-name';
import { badInput, isUnknown } from '../../input/input';
import { kindOf } from '../../observed/kubernetes/objects';
import { MadeSomewhere } from '../../terraform/provider-configuration';
import { asOfNow } from '../../terraform/late-text';

/** An object of Kubernetes that the library makes, or has an operator make. */
interface MadeObject {
  readonly resource: TerraformResource;
  readonly cluster: IConstruct;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** The clusters of an app, by the app. */
const clustersOf = new WeakMap<IConstruct, IConstruct[]>();

/**
 * Refuses, when the app is synthesized, that what is made for clusters has two objects of one kind, name and namespace: the names of two clusters and of
 * what is added to them may be joined to one name (`search` and `eu-main`, `search-eu` and `main`). Each construct would take the object of the other
 * for its own. Names that only Terraform knows are not compared.
 */
export function refuseSharedObjects(cluster: IConstruct): void {
  const app = cluster.node.root;
  const clusters = clustersOf.get(app) ?? [];
  clustersOf.set(app, clusters);
  clusters.push(cluster);
  // Once for the app, which is validated when the Aspects of every stack have been at work: they give resources their providers.
  if (clusters.length === 1) app.node.addValidation({ validate: () => sharedObjects(clusters) });
}

function sharedObjects(clusters: IConstruct[]): string[] {
  const whereOf = whereabouts(clusters[0]);
  const byName = new Map<string, MadeObject[]>();
  const shared: MadeObject[][] = [];
  for (const object of clusters.flatMap(objectsOf)) {
    const { resource, kind, namespace, name } = object;
    const key = JSON.stringify([whereOf(resource), kind, namespace, name]);
    const former = byName.get(key) ?? [];
    byName.set(key, [...former, object]);
    shared.push(...former.filter((other) => other.resource !== resource).map((other) => [other, object]));
  }
  // Of clusters of one name it is told as such; all of their objects would be.
  const ofOneName = shared.filter(([{ kind }]) => kind === 'StatefulSet');
  const isTold = (pair: MadeObject[]) =>
    ofOneName.some((told) => told.every(({ cluster }, index) => cluster === pair[index].cluster));
  return shared.filter((pair) => !isTold(pair)).map(([one, other]) => complaint(one, other));
}

function complaint({ resource, kind, namespace, name }: MadeObject, { resource: other }: MadeObject): string {
  return badInput(resource, {
    given: `the ${kind} ${name} in the namespace ${namespace} is made by ${other.node.path} too: each would take it for its own`,
    allowed: 'one object of a kind and a name in a namespace; names begin with the name of the cluster, and end with the id',
    instead:
      'another id of one of the two, or another clusterName or namespace of its cluster. Where they run in different Kubernetes clusters, say so in ' +
      'their providers (for example by configContext), so that they can be told apart',
  }).message;
}

/** Tells where a resource is made. Few providers make many resources: each is looked at once. */
export function whereabouts(seenFrom: IConstruct): (made: MadeSomewhere) => string {
  const known = new Map<IConstruct, string>();
  return (resource) => {
    const { provider } = resource;
    const maker = provider ?? TerraformStack.of(resource);
    const where = known.get(maker) ?? whereMade(resource, provider, 'kubernetes', seenFrom);
    known.set(maker, where);
    return where;
  };
}

function objectsOf(cluster: IConstruct): MadeObject[] {
  return cluster.node
    .findAll()
    .filter((child): child is TerraformResource => isOf('kubernetes', child))
    .flatMap((resource) => namesOf(resource).map((named) => ({ resource, cluster, ...named })))
    .filter(({ namespace, name }) => [namespace, name].every((text) => typeof text === 'string' && !isUnknown(text)));
}

/** As it is synthesized, overrides included. */
function namesOf(resource: TerraformResource): Array<Pick<MadeObject, 'kind' | 'namespace' | 'name'>> {
  const type = resource.terraformResourceType;
  const { [resource.friendlyUniqueId]: made } = resource.toTerraform().resource?.[type] ?? {};
  if (type !== 'kubernetes_manifest') return made?.metadata ? [{ ...nameIn(made.metadata), kind: kindOf(type) }] : [];
  const { apiVersion, kind, metadata, spec } = made?.manifest ?? {};
  if (!metadata) return [];
  const [group] = String(apiVersion).split('/');
  const object = { ...nameIn(metadata), kind: `${kind}.${group}` };
  // What cert-manager and the External Secrets Operator write.
  const secret = spec?.secretName ?? spec?.target?.name;
  return secret === undefined ? [object] : [object, { ...object, kind: 'Secret', name: secret }];
}

function nameIn({ namespace, name }: { namespace: string; name: string }): { namespace: string; name: string } {
  return { namespace, name: typeof name === 'string' ? asOfNow(name) : name };
}
