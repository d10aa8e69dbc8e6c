import { ObservedResource, hasUnknown, isGiven, listOf } from '../observed/resources';
import { settingsIn } from '../observed/server';
import { holdsPrivateKey, isPublic, textsIn } from './secret-values';

/** A place in which a secret stands, and what to write instead. Never the secret. */
export interface HeldSecret {
  readonly what: string;
  readonly instead: string;
}

/** Arguments that are kept in the state, and are there for secrets. */
const ARGUMENTS: { [type: string]: { readonly names: string[]; readonly instead: string } } = {
  aws_secretsmanager_secret_version: {
    names: ['secret_string', 'secret_binary'],
    instead: 'give secret_string_wo, of an ephemeral resource or variable',
  },
  aws_ssm_parameter: { names: ['value', 'insecure_value'], instead: 'give value_wo, of an ephemeral resource or variable' },
};

/** What Terraform itself makes or reads, and keeps in its state. */
const KEPT: { [type: string]: HeldSecret } = {
  random_password: { what: 'keeps its result', instead: 'use ephemeral random_password' },
  tls_private_key: { what: 'keeps its private key', instead: 'use ephemeral tls_private_key' },
  'data.aws_secretsmanager_secret_version': {
    what: 'keeps the secret that it reads',
    instead: 'use ephemeral aws_secretsmanager_secret_version, or hand on the ARN',
  },
  'data.aws_secretsmanager_random_password': {
    what: 'keeps the password that it is given',
    instead: 'use ephemeral aws_secretsmanager_random_password',
  },
  'data.kubernetes_secret': { what: 'keeps the Secret that it reads', instead: 'hand on the name of the Secret' },
  'data.kubernetes_secret_v1': { what: 'keeps the Secret that it reads', instead: 'hand on the name of the Secret' },
};

const PRIVATE_KEY_ARGUMENT = /^(ca_)?private_key(_pem|_pem_pkcs8|_openssh|_base64)?$/;
const KUBERNETES_SECRET = /^kubernetes_secret(_v1)?(_data)?$/;
const CERTIFICATE_FILE = /\.(crt|cer)$/;
const API_KEY = /api_?key$/i;

/** The secrets that a resource, or a data source, keeps where others can read them. */
export function secretsHeldBy(resource: ObservedResource): HeldSecret[] {
  const { type } = resource;
  if (KEPT[type]) return [KEPT[type]];
  const held = [...byArguments(resource), ...byPrivateKeys(resource), ...bySecretObjects(resource), ...byChart(resource)];
  return held.length > 0 ? held : bySight(resource);
}

function byArguments({ type, values }: ObservedResource): HeldSecret[] {
  const { names, instead } = ARGUMENTS[type] ?? { names: [], instead: '' };
  if (type === 'aws_ssm_parameter' && values.type !== 'SecureString' && !hasUnknown(values.type)) return [];
  return names.filter((name) => isSecret(values[name])).map((name) => ({ what: `holds ${name}`, instead }));
}

function byPrivateKeys({ values }: ObservedResource): HeldSecret[] {
  return Object.keys(values ?? {})
    .filter((name) => PRIVATE_KEY_ARGUMENT.test(name) && isGiven(values[name]))
    .map((name) => ({ what: `holds ${name}`, instead: 'give a write-only argument, or have the key made where it is used' }));
}

/** Secrets of Kubernetes, by whichever resource, or in a manifest. */
function bySecretObjects({ type, values }: ObservedResource): HeldSecret[] {
  const object = KUBERNETES_SECRET.test(type) ? values : type === 'kubernetes_manifest' ? values.manifest : values;
  if (!KUBERNETES_SECRET.test(type) && object?.kind !== 'Secret') return [];
  const members = ['data', 'binary_data', 'binaryData', 'string_data', 'stringData'];
  return members.flatMap((member) => {
    const data = object[member];
    const instead = 'give data_wo, or have the Secret made in the cluster';
    if (typeof data === 'string') return isSecret(data) ? [{ what: `holds ${member}`, instead }] : [];
    return Object.entries(data ?? {})
      .filter(([name, value]) => isSecret(value) && !isCertificateFile(name, value))
      .map(([name]) => ({ what: `holds ${member}.${name}`, instead }));
  });
}

/** A certificate by the name of its file, as far as nothing that is seen of it tells otherwise. */
function isCertificateFile(name: string, value: unknown): boolean {
  return CERTIFICATE_FILE.test(name) && hasUnknown(value) && !/key|password|secret/i.test(String(value));
}

/** Values of a chart, which are kept with the release. */
function byChart({ type, values }: ObservedResource): HeldSecret[] {
  if (type !== 'helm_release') return [];
  const set = [...listOf(values.set), ...listOf(values.set_sensitive)].map(({ name, value }) => [name, value]);
  const files = listOf(values.values).flatMap((text) => [...settingsIn(String(text))]);
  return [...set, ...files]
    .filter(([name, value]) => API_KEY.test(String(name)) && isGiven(value) && !/^(true|false)$/.test(String(value)))
    .map(([name]) => ({ what: `holds the value ${name}`, instead: 'give set_wo, or the name of a Secret' }));
}

function bySight({ values }: ObservedResource): HeldSecret[] {
  return Object.entries(values ?? {})
    .filter(([name, value]) => name !== '//' && textsIn(value).some(holdsPrivateKey))
    .map(([name]) => ({ what: `holds a private key in ${name}`, instead: 'keep it in a secret store' }));
}

function isSecret(value: unknown): boolean {
  return isGiven(value) && !isPublic(value);
}
