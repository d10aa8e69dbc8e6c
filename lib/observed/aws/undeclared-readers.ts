import { TerraformResource, TerraformStack } from 'cdktf';
import { IConstruct } from 'constructs';
import { Posture, SecretPurpose } from '../../posture';
import { readersDeclaredIn } from '../../posture/declarations';
import { Difference, DifferenceKind } from '../../posture/difference';
import { MadeSomewhere, providerConfiguration } from '../../terraform/provider-configuration';
import { withOrigins } from '../construct-tree';
import { addressFrom } from '../differing';
import { Resources, unchecked } from '../resources';
import { isSameText } from '../sameness';
import { purposesThatSuffice } from '../sufficient-secrets';
import { Holder, holderOf, isSameHolder, writtenDown } from './holders';
import { namedSecret } from './named-secret';
import { PossibleReader, possibleReaders } from './readers';
import { takersOf } from './role-takers';

/** A secret of a cluster, and the customer managed key that encrypts it, where there is one. */
export interface WatchedSecret {
  readonly purpose: SecretPurpose;
  readonly arn: string;
  readonly encryptionKeyArn?: string;
}

/** The secrets of a cluster, and who reads them all. */
export interface WatchedSecrets {
  readonly secrets: WatchedSecret[];
  readonly instances: TerraformResource[];
  /** The roles that the instances have. */
  readonly roles: TerraformResource[];
}

/** Where something is made, by the configuration of its provider. */
export function whereOf(made: MadeSomewhere): string {
  return JSON.stringify(withOrigins(made, providerConfiguration(made, 'aws') ?? {}));
}

/** Who reads the secrets of a cluster by what is synthesized, and was neither granted them nor written down. */
export function undeclaredReaders(
  scope: IConstruct,
  posture: Posture,
  { secrets, instances, roles }: WatchedSecrets,
  resources: Resources,
): Difference[] {
  const nodes = new Set(instances.map(keyOf));
  const takers = roles.flatMap((role) => takersOf(keyOf(role), nodes, resources));
  const index = indexOf(resources, scope.node.root);
  const readers = [...index.readers, ...takers];
  const from = { scope: TerraformStack.of(scope).node.path, where: whereOf(instances[0]) };
  const found = new Map<(typeof readers)[number], SecretPurpose[]>();
  const named = (readers.length > 0 ? secrets : []).map(({ purpose, arn, encryptionKeyArn }) => ({
    purpose,
    ...namedSecret(withOrigins(scope, arn), from, resources, withOrigins(scope, encryptionKeyArn)),
  }));
  for (const { purpose, ...secret } of named) {
    const sufficient = purposesThatSuffice(purpose);
    const told = posture.secrets.filter((place) => sufficient.includes(place.purpose)).flatMap((place) => place.readers);
    const these = named.filter((one) => sufficient.includes(one.purpose));
    const written = told.map((words) => writtenDown(withOrigins(scope, words), from, resources));
    for (const reader of readers.filter(({ reads }) => reads(secret))) {
      const isMaybe = (holder: Holder) => isSameHolder(holder, reader.holder) !== false;
      const isTold = written.some((holder) => isMaybe(holder) || holder.name === reader.holder.name);
      const granted = isTold
        ? []
        : index.declared().filter(({ of }) => these.some(({ identity }) => isSameText(of, identity) !== false));
      if (isTold || granted.some(({ holder }) => isMaybe(holder))) continue;
      found.set(reader, [...(found.get(reader) ?? []), purpose]);
    }
  }
  return [...found].map(([reader, purposes]) => ({
    kind: DifferenceKind.READER,
    what: `the ${[...new Set(purposes)].join(' and the ')} may be read by ${reader.holder.name}${'how' in reader ? `, ${reader.how},` : ''}`,
    by: addressFrom(from, reader.by),
  }));
}

function keyOf({ cdktfStack: stack, terraformResourceType: type, friendlyUniqueId: name }: TerraformResource): string {
  return `${stack.node.path}::${type}.${name}`;
}

interface Index {
  readonly readers: PossibleReader[];
  readonly declared: () => DeclaredHolder[];
}

/** Who was granted a secret, by the identity of that. */
interface DeclaredHolder {
  readonly holder: Holder;
  readonly of: string;
}

/** Made once for all clusters of an app. */
const indexes = new WeakMap<Resources, Index>();

function indexOf(resources: Resources, app: IConstruct): Index {
  let declared: DeclaredHolder[] | undefined;
  const index = indexes.get(resources) ?? {
    readers: possibleReaders(resources),
    declared: () => (declared ??= declaredIn(app, resources)),
  };
  indexes.set(resources, index);
  return index;
}

function declaredIn(app: IConstruct, resources: Resources): DeclaredHolder[] {
  // Subjects of Kubernetes are of another target.
  const ofAws = readersDeclaredIn(app).filter(({ reader }) => typeof reader.principal === 'string');
  return ofAws.flatMap(({ scope, reader, secrets }) => {
    const from = { scope: TerraformStack.of(scope).node.path };
    const holder = holderOf(reader.kind, withOrigins(scope, reader.principal), from, resources);
    return secrets.map((arn) => ({ holder, of: resources.identityOfOne(from, unchecked(withOrigins(scope, arn))) }));
  });
}
