import { TerraformResource } from 'cdktf';
import { IConstruct } from 'constructs';
import { Posture, SecretPurpose } from '../../posture';
import { readersDeclaredIn } from '../../posture/declarations';
import { Difference, DifferenceKind } from '../../posture/difference';
import { withOrigins } from '../construct-tree';
import { addressFrom } from '../differing';
import { Resources, shownAddress } from '../resources';
import { isSameText } from '../sameness';
import { purposesThatSuffice } from '../sufficient-secrets';
import { ComparedPods, named, namespaceIn, stackOf, stacksElsewhere } from './compared-pods';
import { nameOf, namespaceOf } from './objects';
import { PossibleReader, possibleReaders, subjectOf } from './readers';
import { areTogether } from './together';

/** Who reads the secrets of a cluster by what is synthesized, and was neither granted them nor written down. */
export function undeclaredReaders(
  scope: IConstruct,
  posture: Posture,
  watched: ComparedPods,
  resources: Resources,
): Difference[] {
  const { readers, declared } = indexOf(resources, scope.node.root);
  const here = { ...stackOf(scope), where: watched.whereOf(watched.statefulSet) };
  // The pods themselves are compared with what they were meant to be.
  const own = `${here.scope}::${addressOf(watched.statefulSet)}`;
  const others = readers.filter(({ by }) => areTogether(by, here) && `${by.scope}::${by.address}` !== own);
  if (others.length === 0) return [];
  const namespace = namespaceIn(scope, watched, resources);
  const elsewhere = stacksElsewhere(watched, resources);
  const found = new Map<string, { reader: PossibleReader; purposes: SecretPurpose[] }>();
  const secrets = watched.secrets.map(named(scope, resources));
  for (const secret of secrets) {
    const { purpose } = secret;
    const sufficient = purposesThatSuffice(purpose);
    const told = posture.secrets.filter((place) => sufficient.includes(place.purpose)).flatMap((place) => place.readers);
    const these = secrets.filter((one) => sufficient.includes(one.purpose));
    const written = told.map((reader) => nameOf(here, withOrigins(scope, reader), resources));
    const granted = declared
      .filter(({ by, of }) => !elsewhere.has(by) && mayBe(of.namespace, namespace))
      .filter(({ of }) => these.some(({ name }) => mayBe(of.name, name)))
      .map(({ subject }) => subject);
    for (const reader of others.filter(({ reads }) => reads({ ...secret, namespace }))) {
      if ([...written, ...granted].some((one) => isOf(reader, one)) || written.includes(reader.name)) continue;
      const key = `${reader.name} by ${shownAddress(reader.by)}`;
      found.set(key, { reader, purposes: [...(found.get(key)?.purposes ?? []), purpose] });
    }
  }
  return [...found.values()].map(({ reader, purposes }) => ({
    kind: DifferenceKind.READER,
    what: `the ${[...new Set(purposes)].join(' and the ')} may be read by ${reader.name}`,
    by: addressFrom(here, reader.by),
  }));
}

/** Whether a reader may be the one who was declared, or is of that group. One whose name only Terraform knows is none that Kubernetes fills. */
function isOf({ identities, groups }: PossibleReader, declared: string): boolean {
  const isFilled = declared.startsWith('group system:');
  return [...identities, ...(isFilled ? groups : [])].some((identity) => mayBe(identity, declared));
}

/** Whether nothing says that two texts are not one. */
function mayBe(one: string, other: string): boolean {
  return isSameText(one, other) !== false;
}

function addressOf({ terraformResourceType: type, friendlyUniqueId: name }: TerraformResource): string {
  return `${type}.${name}`;
}

/** Who was granted a Secret, and the stack that says so. */
interface DeclaredSubject {
  readonly by: string;
  readonly subject: string;
  readonly of: { readonly namespace: string; readonly name: string };
}

/** Made once for all clusters of an app. */
const indexes = new WeakMap<Resources, { readers: PossibleReader[]; declared: DeclaredSubject[] }>();

function indexOf(resources: Resources, app: IConstruct) {
  const former = indexes.get(resources);
  if (former) return former;
  const readers = possibleReaders(resources);
  const index = { readers, declared: readers.length > 0 ? declaredIn(app, resources) : [] };
  indexes.set(resources, index);
  return index;
}

function declaredIn(app: IConstruct, resources: Resources): DeclaredSubject[] {
  // Roles of AWS are of another target.
  const ofKubernetes = readersDeclaredIn(app).filter(({ reader }) => reader.subject !== undefined);
  return ofKubernetes.flatMap(({ scope, reader, secrets }) => {
    const from = stackOf(scope);
    const namespace = namespaceOf(from, withOrigins(scope, reader.namespace), resources);
    const { identity: subject } = subjectOf(withOrigins(scope, reader.subject), from, resources);
    const named = secrets.map((secret) => nameOf(from, withOrigins(scope, secret), resources));
    return named.map((name) => ({ by: from.scope, subject, of: { namespace, name } }));
  });
}
