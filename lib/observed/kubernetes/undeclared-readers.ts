import { TerraformResource } from 'cdktf';
import { IConstruct } from 'constructs';
import { Posture, SecretPurpose } from '../../posture';
import { readersDeclaredIn } from '../../posture/declarations';
import { Difference, DifferenceKind } from '../../posture/difference';
import { withOrigins } from '../construct-tree';
import { Resources } from '../resources';
import { ComparedPods, named, namespaceIn, stackOf } from './compared-pods';
import { nameOf, namespaceOf } from './objects';
import { PossibleReader, possibleReaders, subjectName } from './readers';

/** Who reads the secrets of a cluster by what is synthesized, and was neither granted them nor written down. */
export function undeclaredReaders(
  scope: IConstruct,
  posture: Posture,
  watched: ComparedPods,
  resources: Resources,
): Difference[] {
  const { readers, declared } = indexOf(resources, scope.node.root);
  if (readers.length === 0) return [];
  const namespace = namespaceIn(scope, watched, resources);
  const where = watched.whereOf(watched.statefulSet);
  const own = `${stackOf(scope).scope}::${addressOf(watched.statefulSet)}`;
  const found = new Map<string, { reader: PossibleReader; purposes: SecretPurpose[] }>();
  for (const { purpose, name } of watched.secrets.map(named(scope, resources))) {
    const told = posture.secrets.filter((place) => place.purpose === purpose).flatMap((place) => place.readers);
    for (const reader of readers) {
      const names = [reader.name, ...(reader.account === undefined ? [] : [reader.account])];
      const isDeclared = names.some((one) => declared.has(`${one} ${namespace}/${name}`) || told.includes(one));
      // The pods themselves are compared with what they were meant to be.
      const isOwn = `${reader.by.scope}::${reader.by.address}` === own;
      if (isDeclared || isOwn || reader.by.where !== where || !reader.reads({ purpose, namespace, name })) continue;
      const key = `${reader.name} by ${reader.by.address}`;
      found.set(key, { reader, purposes: [...(found.get(key)?.purposes ?? []), purpose] });
    }
  }
  return [...found.values()].map(({ reader, purposes }) => ({
    kind: DifferenceKind.READER,
    what: `the ${[...new Set(purposes)].join(' and the ')} may be read by ${reader.name}`,
    by: reader.by.address,
  }));
}

function addressOf({ terraformResourceType: type, friendlyUniqueId: name }: TerraformResource): string {
  return `${type}.${name}`;
}

/** Made once for all clusters of an app. */
const indexes = new WeakMap<Resources, { readers: PossibleReader[]; declared: Set<string> }>();

function indexOf(resources: Resources, app: IConstruct) {
  const former = indexes.get(resources);
  if (former) return former;
  const index = { readers: possibleReaders(resources), declared: new Set<string>() };
  indexes.set(resources, index);
  for (const { scope, reader, secrets } of index.readers.length > 0 ? readersDeclaredIn(app) : []) {
    // Roles of AWS are of another target.
    if (reader.subject === undefined) continue;
    const from = stackOf(scope);
    const namespace = namespaceOf(from, withOrigins(scope, reader.namespace), resources);
    const name = subjectName(withOrigins(scope, reader.subject));
    for (const secret of secrets)
      index.declared.add(`${name} ${namespace}/${nameOf(from, withOrigins(scope, secret), resources)}`);
  }
  return index;
}
