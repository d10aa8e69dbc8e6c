import { SecretsmanagerSecretVersion } from '@cdktf/provider-aws/lib/secretsmanager-secret-version';
import { SecretV1 } from '@cdktf/provider-kubernetes/lib/secret-v1';
import { TerraformOutput, TerraformVariable, Testing } from 'cdktf';
import { kubernetes } from '../../lib';
import { keepsSecretsOutOfState } from '../../lib/testing';
import '../../lib/testing/jest';
import { CHART, plan, PLAN, stackOnAws, stackOnKubernetes } from './stacks';

const problemsOf = (input: string | object) => keepsSecretsOutOfState(input).problems;
const base64 = (text: string) => Buffer.from(text).toString('base64');

/** Nothing that opens anything: in two parts, so that nobody takes this file for a leak. */
const KEY = ['-----BEGIN', 'PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIAAAAAAAAAAAAAAAAAAA\n-----END PRIVATE KEY-----\n'].join(' ');
const CERTIFICATE = '-----BEGIN CERTIFICATE-----\nMIIBszCCAVmgAwIBAgIUAAAAAAAAAAAA\n-----END CERTIFICATE-----\n';

describe('the clusters of this library', () => {
  test('keep every secret out', () => {
    const required = kubernetes.ClientVerification.required();
    expect(Testing.synth(stackOnAws())).toKeepSecretsOutOfState();
    expect(Testing.fullSynth(stackOnKubernetes(() => {}, { clientVerification: required }))).toKeepSecretsOutOfState();
  });

  test('with a key beside them that is given to the state, do not', () => {
    const onAws = (more: object) =>
      Testing.synth(
        stackOnAws((_, stack) => void new SecretsmanagerSecretVersion(stack, 'Key', { secretId: 'vectors-key', ...more })),
      );
    expect(
      onAws({ secretStringWo: '${ephemeral.random_password.key.result}', secretStringWoVersion: 1 }),
    ).toKeepSecretsOutOfState();
    expect(onAws({ secretString: '${random_password.key.result}' })).not.toKeepSecretsOutOfState();
    const onKubernetes = (more: object) =>
      Testing.synth(stackOnKubernetes((_, stack) => void new SecretV1(stack, 'Key', { metadata: { name: 'key' }, ...more })));
    expect(onKubernetes({ dataWo: { 'api-key': '${var.key}' }, dataWoRevision: 1 })).toKeepSecretsOutOfState();
    expect(onKubernetes({ data: { 'api-key': '${var.key}' } })).not.toKeepSecretsOutOfState();
  });

  test('a failure names the resource and what to write instead, and never the value', () => {
    const value = 'not-a-real-key-4711';
    const json = Testing.synth(
      stackOnAws((_, stack) => void new SecretsmanagerSecretVersion(stack, 'Key', { secretId: 'key', secretString: value })),
    );
    const { message } = keepsSecretsOutOfState(json);
    expect(message).toMatch(/aws_secretsmanager_secret_version\.Key holds secret_string: give secret_string_wo/);
    expect(message).not.toContain(value);
    expect(() => expect(Testing.synth(stackOnAws())).not.toKeepSecretsOutOfState()).toThrow(/no secret stands in/);
  });

  test('a variable or an output that is a key, and not one that says where it is', () => {
    const named = (build: Parameters<typeof stackOnAws>[0]) => problemsOf(Testing.synth(stackOnAws(build)));
    expect(named((_, stack) => void new TerraformOutput(stack, 'api_key', { value: 'x' }))).toEqual([
      expect.stringContaining('output.api_key holds a key'),
    ]);
    expect(named((_, stack) => void new TerraformVariable(stack, 'admin_api_key', { default: 'x' }))).toHaveLength(1);
    expect(named((_, stack) => void new TerraformVariable(stack, 'admin_api_key', { ephemeral: true } as any))).toEqual([]);
    const place = { value: '${aws_secretsmanager_secret.key.arn}' };
    expect(named((_, stack) => void new TerraformOutput(stack, 'api_key', place))).toEqual([]);
  });
});

/** A stack of a single resource or data source. */
const one = (type: string, values: object, kind = 'resource') => ({ [kind]: { [type]: { it: values } }, terraform: {} });

describe('what keeps a secret, and its nearest neighbour that does not', () => {
  test.each<[string, object, object]>([
    ['a generated password', one('random_password', { length: 48 }), one('random_pet', { length: 48 })],
    ['a generated key', one('tls_private_key', { algorithm: 'ED25519' }), one('tls_cert_request', {})],
    [
      'a certificate with the key that signs it',
      one('tls_self_signed_cert', { private_key_pem: '${var.k}' }),
      one('tls_self_signed_cert', { private_key_pem: null }),
    ],
    [
      'a secret of Secrets Manager that is read',
      one('aws_secretsmanager_secret_version', { secret_id: 'a' }, 'data'),
      one('aws_secretsmanager_secret', { name: 'a' }, 'data'),
    ],
    [
      'a parameter',
      one('aws_ssm_parameter', { type: 'SecureString', value: 'x' }),
      one('aws_ssm_parameter', { type: 'String', value: 'x' }),
    ],
    ['a Secret', one('kubernetes_secret', { data: { key: 'x' } }), one('kubernetes_secret', { data: {} })],
    [
      'a Secret as a manifest',
      one('kubernetes_manifest', { manifest: { kind: 'Secret', stringData: { key: 'x' } } }),
      one('kubernetes_manifest', { manifest: { kind: 'ConfigMap', data: { key: 'x' } } }),
    ],
    [
      'a Secret with a key beside its certificate',
      one('kubernetes_secret_v1', { data: { 'tls.crt': CERTIFICATE, 'tls.key': KEY } }),
      one('kubernetes_secret_v1', { data: { 'tls.crt': CERTIFICATE } }),
    ],
    [
      'a certificate by a reference that is a key',
      one('kubernetes_secret_v1', { data: { 'ca.crt': '${tls_private_key.ca.private_key_pem}' } }),
      one('kubernetes_secret_v1', { data: { 'ca.crt': '${var.ca}' } }),
    ],
    [
      'a key behind a certificate',
      one('aws_secretsmanager_secret_version', { secret_string: CERTIFICATE + KEY }),
      one('aws_secretsmanager_secret_version', { secret_string: CERTIFICATE + CERTIFICATE }),
    ],
    [
      'text and a certificate in base64',
      one('aws_secretsmanager_secret_version', { secret_string: `key=x ${base64(CERTIFICATE)}` }),
      one('aws_secretsmanager_secret_version', { secret_string: base64(CERTIFICATE) }),
    ],
    [
      'a private key where nobody expects one',
      one('aws_instance', { user_data: `cat <<END\n${KEY}END` }),
      one('aws_instance', { user_data: `cat <<END\n${CERTIFICATE}END` }),
    ],
    [
      'a private key in base64',
      one('kubernetes_config_map', { data: { key: base64(KEY) } }),
      one('kubernetes_config_map', { data: { key: base64(CERTIFICATE) } }),
    ],
    [
      'a key among the values of a chart',
      one('helm_release', { values: ['apiKey: not-a-real-key'] }),
      one('helm_release', { values: ['apiKey: true'] }),
    ],
    [
      'a key that is set in a chart',
      one('helm_release', { set_sensitive: [{ name: 'apiKey', value: '${var.k}' }] }),
      one('helm_release', { set_wo: [{ name: 'apiKey', value: '${var.k}' }] }),
    ],
    [
      'a local',
      { ...one('random_pet', {}), locals: { pair: { key: KEY } } },
      { ...one('random_pet', {}), locals: { pair: CERTIFICATE } },
    ],
  ])('%s', (_, kept, neighbour) => {
    expect(kept).not.toKeepSecretsOutOfState();
    expect(problemsOf(neighbour)).toEqual([]);
  });
});

describe('a plan', () => {
  test('of others without a secret, and with one', () => {
    expect(PLAN).toKeepSecretsOutOfState();
    const planned = (address: string, values: object) => {
      const changed = plan();
      const [type, name] = address.split('.');
      changed.planned_values.root_module.resources.push({ address, mode: 'managed', type, name, values });
      return changed;
    };
    const version = 'aws_secretsmanager_secret_version.key';
    expect(problemsOf(planned(version, { secret_string: 'not-a-real-key' }))).toEqual([expect.stringContaining(version)]);
    expect(problemsOf(planned(version, { secret_string: null, secret_string_wo: null }))).toEqual([]);
  });

  test('with a value that is known only when it is applied', () => {
    const planned = (argument: string) => {
      const changed = plan();
      const resource = { address: 'kubernetes_secret_v1.key', mode: 'managed', type: 'kubernetes_secret_v1', name: 'key' };
      changed.planned_values.root_module.resources.push({ ...resource, values: {} });
      changed.resource_changes = [
        ...(changed.resource_changes ?? []),
        { address: resource.address, change: { after_unknown: { [argument]: true } } },
      ];
      changed.configuration.root_module.resources.push({
        ...resource,
        expressions: { [argument]: { references: ['random_uuid.key.result', 'random_uuid.key'] } },
      });
      return changed;
    };
    expect(planned('data')).not.toKeepSecretsOutOfState();
    expect(planned('metadata')).toKeepSecretsOutOfState();
  });

  test('that has read a secret before', () => {
    const read = (type: string) => {
      const resource = { address: `data.${type}.key`, mode: 'data', type, name: 'key', values: {} };
      return { ...plan(), prior_state: { values: { root_module: { resources: [resource] } } } };
    };
    expect(read('aws_secretsmanager_secret_version')).not.toKeepSecretsOutOfState();
    expect(read('aws_secretsmanager_secret')).toKeepSecretsOutOfState();
  });

  test('that was given a key as a variable', () => {
    expect({ ...plan(), variables: { api_key: { value: 'x' } } }).not.toKeepSecretsOutOfState();
    expect({ ...plan(), variables: { api_key_arn: { value: 'x' } } }).toKeepSecretsOutOfState();
  });
});

test('a state, as Terraform keeps it', () => {
  const state = (attributes: object) => ({
    version: 4,
    resources: [{ mode: 'managed', type: 'kubernetes_secret_v1', name: 'key', instances: [{ attributes }] }],
  });
  expect(state({ data: { 'api-key': 'x' } })).not.toKeepSecretsOutOfState();
  expect(state({ data: null, data_wo: null, data_wo_revision: 1 })).toKeepSecretsOutOfState();
});

test('a key in the environment of pods, and a chart with its Secret', () => {
  const pod = (env: object) => ({
    kind: 'Pod',
    metadata: { name: 'vectors' },
    spec: { containers: [{ image: 'qdrant/qdrant:v1.19.0', env: [{ name: 'QDRANT__SERVICE__API_KEY', ...env }] }] },
  });
  expect(problemsOf(pod({ value: 'not-a-real-key' }))).toEqual([
    expect.stringContaining('Pod default/vectors holds the admin API key'),
  ]);
  expect(pod({ valueFrom: { secretKeyRef: { name: 'key', key: 'key' } } })).toKeepSecretsOutOfState();
  expect(CHART).not.toKeepSecretsOutOfState();
});
