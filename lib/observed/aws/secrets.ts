import { ReaderScope, SecretPurpose } from '../../posture';
import { ObservedSecret } from '../found-cluster';
import { displayed, isGiven, ObservedResource, Resources } from '../resources';
import { namedSecret } from './named-secret';
import { possibleReaders } from './readers';

const KEYS: Array<[string, SecretPurpose]> = [
  ['admin', SecretPurpose.ADMIN_API_KEY],
  ['readOnly', SecretPurpose.READ_ONLY_API_KEY],
  ['alternate', SecretPurpose.ALTERNATE_API_KEY],
];

/** The keys of a cluster of this library, with who may read them by the policies of the same app; and keys of others that Terraform keeps. */
export function secretsOf(config: any, node: ObservedResource, resources: Resources): ObservedSecret[] {
  const keys = KEYS.flatMap(([name, purpose]) => (config?.keys?.[name] ? [{ purpose, arn: config.keys[name].arn }] : []));
  const readers = possibleReaders(resources);
  const kept = keys.map(({ purpose, arn }) => {
    const target = resources.target(node, arn);
    const identity = resources.identity(node, arn);
    const place = {
      purpose,
      keptIn: `Secrets Manager: ${target?.address ?? displayed(arn)}`,
      origin: target ? 'made here' : 'existing',
    };
    const secret = new ObservedSecret({ ...place, isInClearText: isInState(identity, resources) }, target ?? node);
    const named = { ...namedSecret(arn, node, resources), isAnywhere: true };
    for (const reader of readers.filter(({ isAllowed }) => isAllowed(named))) {
      const { name } = reader.holder;
      secret.addReader(name, name === 'principal *' ? ReaderScope.EVERYONE : ReaderScope.NAMED);
    }
    return secret;
  });
  return config ? kept : keysInState(resources);
}

/** Terraform keeps in its state what is given as `secret_string`. */
function isInState(identity: string, resources: Resources): boolean {
  return resources
    .ofType('aws_secretsmanager_secret_version')
    .some((version) => hasValue(version) && resources.identity(version, version.values.secret_id) === identity);
}

function hasValue({ values }: ObservedResource): boolean {
  return [values.secret_string, values.secret_binary].some(isGiven);
}

/** Secrets of somebody else's cluster that are named after it. */
function keysInState(resources: Resources): ObservedSecret[] {
  return resources
    .ofType('aws_secretsmanager_secret_version')
    .filter((version) => {
      const secret = resources.target(version, version.values.secret_id);
      return hasValue(version) && /qdrant/i.test(`${version.address} ${secret?.address} ${secret?.values.name}`);
    })
    .map(
      (version) =>
        new ObservedSecret(
          { purpose: SecretPurpose.ADMIN_API_KEY, keptIn: version.address, origin: 'given to Terraform', isInClearText: true },
          version,
        ),
    );
}
