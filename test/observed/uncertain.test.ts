import { DataAwsCallerIdentity } from '@cdktf/provider-aws/lib/data-aws-caller-identity';
import { DataAwsIamPolicyDocument } from '@cdktf/provider-aws/lib/data-aws-iam-policy-document';
import { DataAwsIamRole } from '@cdktf/provider-aws/lib/data-aws-iam-role';
import { DataAwsRegion } from '@cdktf/provider-aws/lib/data-aws-region';
import { IamInstanceProfile } from '@cdktf/provider-aws/lib/iam-instance-profile';
import { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy';
import { IamRolePolicyAttachment } from '@cdktf/provider-aws/lib/iam-role-policy-attachment';
import { Instance } from '@cdktf/provider-aws/lib/instance';
import { LaunchTemplate } from '@cdktf/provider-aws/lib/launch-template';
import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { SecretsmanagerSecret } from '@cdktf/provider-aws/lib/secretsmanager-secret';
import { SecretsmanagerSecretPolicy } from '@cdktf/provider-aws/lib/secretsmanager-secret-policy';
import { ConfigMapV1 } from '@cdktf/provider-kubernetes/lib/config-map-v1';
import { ConfigMapV1Data } from '@cdktf/provider-kubernetes/lib/config-map-v1-data';
import { DeploymentV1 } from '@cdktf/provider-kubernetes/lib/deployment-v1';
import { Env } from '@cdktf/provider-kubernetes/lib/env';
import { Manifest } from '@cdktf/provider-kubernetes/lib/manifest';
import { NamespaceV1 } from '@cdktf/provider-kubernetes/lib/namespace-v1';
import { KubernetesProvider } from '@cdktf/provider-kubernetes/lib/provider';
import { RoleBindingV1 } from '@cdktf/provider-kubernetes/lib/role-binding-v1';
import { RoleV1 } from '@cdktf/provider-kubernetes/lib/role-v1';
import { SecretV1Data } from '@cdktf/provider-kubernetes/lib/secret-v1-data';
import { ServiceAccountV1 } from '@cdktf/provider-kubernetes/lib/service-account-v1';
import { StatefulSetV1 } from '@cdktf/provider-kubernetes/lib/stateful-set-v1';
import { App, Fn, TerraformCount, TerraformIterator, TerraformLocal, TerraformStack, TerraformVariable, Token } from 'cdktf';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { aws, kubernetes, SecretPurpose } from '../../lib';
import { differencesOf, madeOf } from '../support/differences';
import { minimal as minimalPods, synthCluster as synthPods } from '../support/kubernetes/synth';
import { clusterName, minimal, synthCluster } from '../support/synth';

/** Made where a variable says so, which says no by default. */
const offByDefault = (stack: TerraformStack) => {
  const isOn = new TerraformVariable(stack, 'debug', { type: 'bool', default: false });
  return TerraformCount.of(Token.asNumber(`\${${isOn.fqn} ? 1 : 0}`));
};
const text = (stack: TerraformStack, name: string, value?: string) =>
  new TerraformVariable(stack, name, value === undefined ? {} : { default: value }).stringValue;

describe('Kubernetes', () => {
  const NAMESPACE = 'search';
  const READ_ONLY = 'vectors-cluster-read-only-key';
  const FOUND = 'QDR039: the read-only API key may be read by';
  const SPEC = 'spec.template.spec';
  type Change = (cluster: kubernetes.QdrantCluster, stack: TerraformStack) => unknown;

  const withKey = (name: string, key = 'api-key') => [
    { name: 'api', image: 'api:1', env: [{ name: 'KEY', valueFrom: { secretKeyRef: { name, key } } }] },
  ];
  const workload = (stack: TerraformStack, spec: object, namespace = NAMESPACE, more: object = {}, id = 'Api') => {
    const template = { metadata: { labels: { app: 'api' } }, spec };
    const metadata = { name: id.toLowerCase(), namespace };
    return new DeploymentV1(stack, id, { metadata, spec: { selector: { matchLabels: { app: 'api' } }, template }, ...more });
  };
  const pod = (stack: TerraformStack, spec: object) => {
    const metadata = { name: 'api', namespace: NAMESPACE };
    new Manifest(stack, 'Pod', {
      manifest: { apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers: withKey(READ_ONLY), ...spec } },
    });
  };
  const account = (stack: TerraformStack, namespace = NAMESPACE) =>
    new ServiceAccountV1(stack, 'Account', { metadata: { name: 'api', namespace } });
  const namespaceIn = (stack: TerraformStack, name = NAMESPACE) =>
    new NamespaceV1(stack, 'Namespace', { metadata: { name } }).metadata.name;
  const granted = (cluster: kubernetes.QdrantCluster, name = 'api', namespace = NAMESPACE) =>
    cluster.grantRead(kubernetes.Grantee.serviceAccount(namespace, name));
  const grantedTo = (cluster: kubernetes.QdrantCluster, group: string) => {
    // Those whom Kubernetes knows are many.
    cluster.acknowledge('QDR030', 'a test');
    cluster.grantRead(kubernetes.Grantee.group(group));
  };
  const readOnlyOf = (cluster: kubernetes.QdrantCluster) =>
    cluster.posture.secrets.find(({ purpose }) => purpose === SecretPurpose.READ_ONLY_API_KEY)!;
  const another = (stack: TerraformStack, props: Partial<kubernetes.QdrantClusterProps>) =>
    new kubernetes.QdrantCluster(stack, 'Another', { ...minimalPods, clusterName: 'another', ...props });
  const bound = (stack: TerraformStack, subject: object, more: object = {}, roleMore: object = {}) => {
    const metadata = { name: 'by-hand', namespace: NAMESPACE };
    const rule = [{ apiGroups: [''], resources: ['secrets'], resourceNames: [READ_ONLY], verbs: ['get'] }];
    new RoleV1(stack, 'Role', { metadata, rule, ...roleMore });
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'by-hand' };
    new RoleBindingV1(stack, 'Binding', { metadata, roleRef, subject: [subject as any], ...more });
  };
  const sidecar = (cluster: kubernetes.QdrantCluster, given: object) =>
    madeOf(cluster, StatefulSetV1).addOverride(`${SPEC}.container`, [{ name: 'shell', image: 'busybox:1', ...given }]);
  /** Keys that are entries of a Secret which has others too. */
  const shared = (stack: TerraformStack) =>
    another(stack, {
      apiKeys: kubernetes.ApiKeys.fromSecrets({
        admin: kubernetes.Secret.fromName('app', 'qdrant-admin'),
        readOnly: kubernetes.Secret.fromName('app', 'qdrant-read'),
      }),
    });
  const mounting = (secret: object, mount: object = {}) => ({
    container: [{ name: 'api', image: 'api:1', volumeMount: [{ name: 'given', mountPath: '/given', ...mount }] }],
    volume: [{ name: 'given', secret }],
  });

  test.each<[string, Change]>([
    [
      'a granted service account, by a reference of the workload',
      (cluster, stack) => {
        const { name } = account(stack).metadata;
        granted(cluster);
        workload(stack, { serviceAccountName: name, container: withKey(READ_ONLY) });
      },
    ],
    [
      'a granted service account, by a reference of the grant',
      (cluster, stack) => {
        granted(cluster, account(stack).metadata.name);
        workload(stack, { serviceAccountName: 'api', container: withKey(READ_ONLY) });
      },
    ],
    [
      'a granted service account, by a variable',
      (cluster, stack) => {
        granted(cluster);
        workload(stack, { serviceAccountName: text(stack, 'account', 'another'), container: withKey(READ_ONLY) });
      },
    ],
    [
      'a granted service account, by a reference to its namespace',
      (cluster, stack) => {
        granted(cluster, 'api', namespaceIn(stack));
        workload(stack, { serviceAccountName: 'api', container: withKey(READ_ONLY) });
      },
    ],
    [
      'a granted service account of a cluster whose namespace is a reference',
      (_, stack) => {
        const namespace = namespaceIn(stack, 'team');
        const { name } = account(stack, namespace).metadata;
        granted(another(stack, { namespace }), name, namespace);
        workload(stack, { serviceAccountName: name, container: withKey('another-read-only-key') }, namespace);
      },
    ],
    [
      'a granted service account that is bound by a reference',
      (cluster, stack) => {
        granted(cluster);
        bound(stack, { kind: 'ServiceAccount', name: account(stack).metadata.name, namespace: NAMESPACE });
      },
    ],
    [
      'a granted service account that is bound as the user that it is',
      (cluster, stack) => {
        granted(cluster);
        bound(stack, { kind: 'User', name: 'system:serviceaccount:search:api' });
      },
    ],
    ...['system:serviceaccounts', 'system:serviceaccounts:search', 'system:authenticated'].flatMap(
      (group): Array<[string, Change]> => [
        [
          `a workload whose service account is of a granted group: ${group}`,
          (cluster, stack) => {
            grantedTo(cluster, group);
            workload(stack, { serviceAccountName: 'api', container: withKey(READ_ONLY) });
          },
        ],
        [
          `a bound service account that is of a granted group: ${group}`,
          (cluster, stack) => {
            grantedTo(cluster, group);
            bound(stack, { kind: 'ServiceAccount', name: 'api', namespace: NAMESPACE });
          },
        ],
      ],
    ),
    [
      'a workload of a granted group whose namespace is a reference',
      (_, stack) => {
        const namespace = namespaceIn(stack, 'team');
        grantedTo(another(stack, { namespace }), `system:serviceaccounts:${namespace}`);
        workload(stack, { container: withKey('another-read-only-key') }, namespace);
      },
    ],
    ...[
      { kind: 'User', name: 'intern' },
      { kind: 'Group', name: 'interns' },
      { kind: 'Group', name: 'system:serviceaccounts' },
    ].map((subject): [string, Change] => [
      `a ${subject.kind} ${subject.name}, where it was granted all who are known`,
      (cluster, stack) => {
        grantedTo(cluster, 'system:authenticated');
        bound(stack, subject);
      },
    ]),
    [
      'the service accounts of a namespace, where it was granted all of them',
      (cluster, stack) => {
        grantedTo(cluster, 'system:serviceaccounts');
        bound(stack, { kind: 'Group', name: 'system:serviceaccounts:ci' });
      },
    ],
    [
      'a granted service account, by the older field of a manifest',
      (cluster, stack) => {
        granted(cluster);
        pod(stack, { serviceAccount: 'api', serviceAccountName: '' });
      },
    ],
    [
      'a group whose name only Terraform knows, where another such group was granted it',
      (cluster, stack) => {
        cluster.grantRead(kubernetes.Grantee.group(text(stack, 'readers')));
        bound(stack, { kind: 'Group', name: text(stack, 'operators') });
      },
    ],
    [
      'one who was written down by a reference',
      (cluster, stack) => {
        const namespace = namespaceIn(stack);
        readOnlyOf(cluster).addReader(`Deployment ${namespace}/api`);
        workload(stack, { container: withKey(READ_ONLY) }, namespace);
      },
    ],
    [
      'another entry of the Secret with a key',
      (_, stack) => {
        shared(stack);
        workload(stack, { container: withKey('app', 'postgres-password') });
      },
    ],
    [
      'another entry that is mounted',
      (_, stack) => {
        shared(stack);
        workload(stack, mounting({ secretName: 'app', items: [{ key: 'postgres-password', path: 'password' }] }));
      },
    ],
    [
      'an entry that only Terraform knows',
      (_, stack) => {
        shared(stack);
        workload(stack, { container: withKey('app', text(stack, 'entry')) });
      },
    ],
    [
      'one who was written down for the key that is mounted, and for none beside it',
      (_, stack) => {
        readOnlyOf(shared(stack)).addReader('Deployment search/api');
        workload(stack, { container: withKey('app', 'qdrant-read') });
      },
    ],
    [
      'another entry that is given to a container of the pods',
      (_, stack) =>
        sidecar(shared(stack), { env: [{ name: 'TOKEN', value_from: { secret_key_ref: { name: 'app', key: 'token' } } }] }),
    ],
    [
      'another entry that is written',
      (_, stack) => {
        shared(stack);
        new SecretV1Data(stack, 'Data', { metadata: { name: 'app', namespace: NAMESPACE }, data: { token: 'x' } });
      },
    ],
    [
      'keys that are written to a Secret of others',
      (_, stack) => {
        shared(stack);
        new SecretV1Data(stack, 'Data', { metadata: { name: 'app', namespace: NAMESPACE }, data: { 'qdrant-admin': 'x' } });
      },
    ],
    [
      'one file of a Secret, which is a certificate',
      (_, stack) => workload(stack, mounting({ secretName: 'vectors-cluster-tls' }, { subPath: 'ca.crt' })),
    ],
    [
      'one file of a Secret by another name',
      (_, stack) => {
        const items = [
          { key: 'tls.key', path: 'private/key' },
          { key: 'ca.crt', path: 'public/ca' },
        ];
        workload(stack, mounting({ secretName: 'vectors-cluster-tls', items }, { subPath: 'public' }));
      },
    ],
    [
      'one file of a Secret, by a variable of the container',
      (_, stack) => workload(stack, mounting({ secretName: 'vectors-cluster-tls' }, { subPathExpr: '$(FILE)' })),
    ],
    [
      'one file that is given to a container of the pods',
      (cluster) => sidecar(cluster, { volume_mount: [{ name: 'tls', mount_path: '/ca.crt', sub_path: 'ca.crt' }] }),
    ],
    [
      'a workload in another one of several namespaces that are made at once',
      (_, stack) => {
        const teams = TerraformIterator.fromList(['one', 'two']);
        const namespaces = new NamespaceV1(stack, 'Namespaces', { forEach: teams, metadata: { name: teams.value } });
        const nameOf = (key: string) => Token.asString(Fn.lookupNested(namespaces.fqn as any, [key, 'metadata', 0, 'name']));
        another(stack, { namespace: nameOf('one') });
        workload(stack, { container: withKey('another-read-only-key') }, nameOf('two'));
      },
    ],
    [
      'a binding that is off by default',
      (_, stack) => bound(stack, { kind: 'User', name: 'intern' }, { count: offByDefault(stack) }),
    ],
    [
      'a role that is off by default',
      (_, stack) => bound(stack, { kind: 'User', name: 'intern' }, {}, { count: offByDefault(stack) }),
    ],
    [
      'a binding for each of those whom only Terraform knows',
      (_, stack) => {
        const users = TerraformIterator.fromList(new TerraformVariable(stack, 'users', { type: 'set(string)' }).listValue);
        bound(stack, { kind: 'User', name: users.value }, { forEach: users });
      },
    ],
    [
      'a workload that is off by default',
      (_, stack) => workload(stack, { container: withKey(READ_ONLY) }, NAMESPACE, { count: offByDefault(stack) }),
    ],
    [
      'variables that are off by default',
      (cluster, stack) => {
        const { name, namespace } = madeOf(cluster, StatefulSetV1).metadata;
        const env = [{ name: 'QDRANT__SERVICE__ENABLE_TLS', value: 'false' }];
        const count = offByDefault(stack);
        new Env(stack, 'Env', { kind: 'StatefulSet', apiVersion: 'apps/v1', metadata: { name, namespace }, env, count } as any);
      },
    ],
    [
      'a variable of the pods for each of what only Terraform knows',
      (cluster) =>
        madeOf(cluster, StatefulSetV1).addOverride(`${SPEC}.container.0.dynamic`, {
          env: { for_each: '${var.more}', content: { name: 'QDRANT__SERVICE__ENABLE_TLS', value: 'false' } },
        }),
    ],
    [
      'variables of a ConfigMap that are none of the server',
      (cluster, stack) => {
        const metadata = { name: 'proxy', namespace: NAMESPACE };
        new ConfigMapV1(stack, 'Proxy', { metadata, data: { HTTPS_PROXY: 'http://proxy:3128' } });
        const from = [{ config_map_ref: { name: 'proxy' } }];
        madeOf(cluster, StatefulSetV1).addOverride(`${SPEC}.container.0.env_from`, from);
      },
    ],
    [
      'names of places in other languages that are mounted',
      (cluster) => {
        const mount = [{ name: 'tmp', mount_path: '/usr/lib/locale/', read_only: true }];
        madeOf(cluster, StatefulSetV1).addOverride(`${SPEC}.container.0.volume_mount`, mount);
      },
    ],
    ['a workload that the stack takes away', (_, stack) => stack.addOverride('resource.kubernetes_deployment_v1.gone', null)],
    [
      'a ConfigMap that the stack takes away',
      (cluster, stack) => {
        const { friendlyUniqueId: id } = madeOf(cluster, ConfigMapV1);
        stack.addOverride(`resource.kubernetes_config_map_v1.${id}`, null);
      },
    ],
  ])('nothing is made of %s', (_what, change) => {
    expect(differencesOf(() => synthPods({}, change))).toEqual([]);
  });

  test.each<[string, Change, string]>([
    [
      'another service account, by a reference',
      (cluster, stack) => {
        granted(cluster, 'another');
        workload(stack, { serviceAccountName: account(stack).metadata.name, container: withKey(READ_ONLY) });
      },
      `${FOUND} Deployment search/api`,
    ],
    [
      'a workload of another namespace than that of a granted group',
      (cluster, stack) => {
        grantedTo(cluster, 'system:serviceaccounts:another');
        workload(stack, { container: withKey(READ_ONLY) });
      },
      `${FOUND} Deployment search/api`,
    ],
    ...[
      { kind: 'Group', name: 'system:unauthenticated' },
      { kind: 'User', name: 'system:anonymous' },
    ].map((subject): [string, Change, string] => [
      `${subject.name}, where it was granted all who are known`,
      (cluster, stack) => {
        grantedTo(cluster, 'system:authenticated');
        bound(stack, subject);
      },
      `${FOUND} ${subject.kind.toLowerCase()} ${subject.name}`,
    ]),
    [
      'a user, where it was granted all service accounts',
      (cluster, stack) => {
        grantedTo(cluster, 'system:serviceaccounts');
        bound(stack, { kind: 'User', name: 'intern' });
      },
      `${FOUND} user intern`,
    ],
    [
      'a service account that was not granted it, by the older field of a manifest',
      (cluster, stack) => {
        granted(cluster, 'default');
        pod(stack, { serviceAccount: 'api' });
      },
      `${FOUND} Pod search/api`,
    ],
    [
      'a workload, where a group was granted it that only Terraform knows',
      (cluster, stack) => {
        cluster.grantRead(kubernetes.Grantee.group(text(stack, 'readers')));
        workload(stack, { container: withKey(READ_ONLY) });
      },
      `${FOUND} Deployment search/api`,
    ],
    [
      'the entry with a key of a Secret that has others too',
      (_, stack) => {
        shared(stack);
        workload(stack, { container: withKey('app', 'qdrant-read') });
      },
      `${FOUND} Deployment search/api`,
    ],
    [
      'one file of a Secret, which is a private key',
      (_, stack) => {
        const items = [{ key: 'tls.key', path: 'private/key' }];
        workload(stack, mounting({ secretName: 'vectors-cluster-tls', items }, { subPath: './private/' }));
      },
      'QDR039: the TLS private key may be read by Deployment search/api',
    ],
    [
      'a binding for each of those who are known',
      (_, stack) => {
        const users = TerraformIterator.fromList(['intern']);
        bound(stack, { kind: 'User', name: users.value }, { forEach: users });
      },
      `${FOUND} user each.value`,
    ],
    [
      'a workload in one of several namespaces that are made at once',
      (_, stack) => {
        const teams = TerraformIterator.fromList(['one', 'two']);
        const namespaces = new NamespaceV1(stack, 'Namespaces', { forEach: teams, metadata: { name: teams.value } });
        const namespace = Token.asString(Fn.lookupNested(namespaces.fqn as any, ['one', 'metadata', 0, 'name']));
        another(stack, { namespace });
        workload(stack, { container: withKey('another-read-only-key') }, namespace);
      },
      `${FOUND} Deployment kubernetes_namespace_v1.Namespaces[one].metadata[0].name/api`,
    ],
    [
      'a workload in the namespace of the pods, by a reference to them',
      (cluster, stack) => workload(stack, { container: withKey(READ_ONLY) }, madeOf(cluster, StatefulSetV1).metadata.namespace),
      `${FOUND} Deployment search/api`,
    ],
    [
      'files that are put over those that were made, in a namespace by a reference to them',
      (cluster, stack) => {
        const { name, namespace } = madeOf(cluster, ConfigMapV1).metadata;
        new ConfigMapV1Data(stack, 'Data', { metadata: { name, namespace }, data: { 'settings.yaml': 'x' } });
      },
      'QDR078: the files of the pods are written anew',
    ],
    [
      'variables of a ConfigMap that set the server',
      (cluster, stack) => {
        const metadata = { name: 'more', namespace: NAMESPACE };
        new ConfigMapV1(stack, 'More', { metadata, data: { SERVICE__ENABLE_TLS: 'false' } });
        const from = [{ prefix: 'QDRANT__', config_map_ref: { name: 'more' } }];
        madeOf(cluster, StatefulSetV1).addOverride(`${SPEC}.container.0.env_from`, from);
      },
      'QDR078: the environment of the container qdrant is taken from elsewhere as well (envFrom)',
    ],
    [
      'variables of a ConfigMap of another namespace',
      (cluster, stack) => {
        new ConfigMapV1(stack, 'Proxy', { metadata: { name: 'proxy', namespace: 'another' }, data: { HTTPS_PROXY: 'x' } });
        const from = [{ config_map_ref: { name: 'proxy' } }];
        madeOf(cluster, StatefulSetV1).addOverride(`${SPEC}.container.0.env_from`, from);
      },
      'QDR078: the environment of the container qdrant is taken from elsewhere as well (envFrom)',
    ],
    [
      'a workload that an override of the stack makes',
      (_, stack) =>
        stack.addOverride('resource.kubernetes_deployment_v1.hidden', {
          metadata: { name: 'hidden', namespace: NAMESPACE },
          spec: {
            template: {
              spec: { container: [{ env: [{ value_from: { secret_key_ref: { name: READ_ONLY, key: 'api-key' } } }] }] },
            },
          },
        }),
      `${FOUND} Deployment search/hidden`,
    ],
  ])('it is found: %s', (_what, change, expected) => {
    expect(differencesOf(() => synthPods({}, change))).toEqual([expected]);
  });

  describe('stacks with one configuration of their providers', () => {
    const inStacks = (config: object | object[], build: (stacks: TerraformStack[]) => void) => () => {
      const app = new App({ outdir: mkdtempSync(join(tmpdir(), 'stacks-')) });
      const stacks = ['prod', 'dev'].map((id) => new TerraformStack(app, id));
      stacks.forEach((stack, index) => new KubernetesProvider(stack, 'Kubernetes', [config].flat()[index] ?? config));
      build(stacks);
      app.synth();
    };
    const inStack = (stack: TerraformStack) => new kubernetes.QdrantCluster(stack, 'Cluster', { ...minimalPods, clusterName });
    const HERE = { host: 'https://prod.example.com' };

    test('those of another environment are no readers', () => {
      const build = ([prod, dev]: TerraformStack[]) => {
        inStack(prod);
        workload(dev, { container: withKey(READ_ONLY) });
      };
      expect(differencesOf(inStacks({ configPath: '~/.kube/config' }, build))).toEqual([]);
    });

    test('a role of another environment tells nothing of one that has its name', () => {
      const build = ([prod, dev]: TerraformStack[]) => {
        inStack(prod);
        bound(dev, { kind: 'User', name: 'intern' });
        const metadata = { name: 'by-hand', namespace: NAMESPACE };
        const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'by-hand' };
        new RoleBindingV1(prod, 'Binding', { metadata, roleRef, subject: [{ kind: 'User', name: 'intern' }] });
      };
      expect(differencesOf(inStacks({}, build))).toEqual([]);
    });

    test('what was granted in another environment is granted there only', () => {
      const build = ([prod, dev]: TerraformStack[]) => {
        inStack(prod);
        granted(inStack(dev));
        workload(prod, { serviceAccountName: 'api', container: withKey(READ_ONLY) });
      };
      const contexts = ['prod', 'dev'].map((configContext) => ({ configContext }));
      expect(differencesOf(inStacks(contexts, build))).toEqual([`${FOUND} Deployment search/api`]);
    });

    test('where a Kubernetes cluster is named, stacks are in one, and the other is named', () => {
      const build = ([prod, other]: TerraformStack[]) => {
        inStack(prod);
        workload(other, { container: withKey(READ_ONLY) });
      };
      expect(inStacks(HERE, build)).toThrow(
        /QDR039: .* may be read by Deployment search\/api by dev: kubernetes_deployment_v1\.Api,/,
      );
      const byReference = ([prod, other]: TerraformStack[]) => {
        const host = text(prod, 'host');
        [prod, other].forEach((stack) => (madeOf(stack, KubernetesProvider).host = host));
        build([prod, other]);
      };
      expect(inStacks({}, byReference)).toThrow(/Deployment search\/api by dev: kubernetes_deployment_v1\.Api,/);
      const unknown = { configContext: '${var.context}' };
      expect(differencesOf(inStacks(unknown, build))).toEqual([]);
    });
  });
});

describe('AWS', () => {
  type Change = (cluster: aws.QdrantCluster, stack: TerraformStack) => unknown;
  const FOUND = 'QDR039: the read-only API key may be read by';
  const ALL = 'QDR039: the admin API key and the read-only API key and the CA private key may be read by';
  const allowing = (...statements: object[]) =>
    JSON.stringify({ Version: '2012-10-17', Statement: statements.map((one) => ({ Effect: 'Allow', ...one })) });
  const reads = (resource: unknown) => allowing({ Action: 'secretsmanager:GetSecretValue', Resource: resource });
  const policyOf = (stack: TerraformStack, policy: string, role = 'intern', more: object = {}) =>
    new IamRolePolicy(stack, 'ByHand', { role, policy, ...more });
  const ofSecret = (cluster: aws.QdrantCluster, stack: TerraformStack, principal: unknown, more: object = {}) =>
    new SecretsmanagerSecretPolicy(stack, 'Shared', {
      secretArn: cluster.readOnlyKeySecretArn!,
      policy: allowing({ Action: '*', Resource: '*', Principal: { AWS: principal } }),
      ...more,
    });
  const lookedUp = (stack: TerraformStack) => new DataAwsIamRole(stack, 'Search', { name: 'search' });
  const made = (stack: TerraformStack, name = 'search') => new IamRole(stack, 'Search', { name, assumeRolePolicy: '{}' });
  const readOnlyOf = (cluster: aws.QdrantCluster) =>
    cluster.posture.secrets.find(({ purpose }) => purpose === SecretPurpose.READ_ONLY_API_KEY)!;
  /** Of secrets that are made at once, one of which is the key of a cluster. */
  const readsOneOfSeveral = (stack: TerraformStack, key: string) => {
    const secrets = new SecretsmanagerSecret(stack, 'Secrets', {
      forEach: TerraformIterator.fromList(['admin', 'database']),
    });
    const arnOf = (name: string) => Token.asString(Fn.lookupNested(secrets.fqn as any, [name, 'arn']));
    const apiKeys = aws.ApiKeys.fromSecrets({ admin: aws.Secret.fromArn(arnOf('admin')) });
    new aws.QdrantCluster(stack, 'Another', { ...minimal, clusterName: 'another', apiKeys });
    const statement = [{ actions: ['secretsmanager:GetSecretValue'], resources: [arnOf(key)] }];
    policyOf(stack, new DataAwsIamPolicyDocument(stack, 'Document', { statement }).json);
  };
  const trusting = (cluster: aws.QdrantCluster, principal: string) =>
    madeOf(cluster, IamRole, /NodeRole/).addOverride(
      'assume_role_policy',
      allowing({ Action: 'sts:AssumeRole', Principal: { AWS: principal } }),
    );

  test.each<[string, Change]>([
    [
      'a granted role that is looked up',
      (cluster, stack) => {
        const role = lookedUp(stack);
        cluster.grantRead(aws.Grantee.role(role.name));
        ofSecret(cluster, stack, role.arn);
      },
    ],
    [
      'a granted role that is looked up by who names it',
      (cluster, stack) => {
        cluster.grantRead(aws.Grantee.role('search'));
        ofSecret(cluster, stack, lookedUp(stack).arn);
      },
    ],
    [
      'a granted role by its id',
      (cluster, stack) => {
        const role = lookedUp(stack);
        cluster.grantRead(aws.Grantee.role(role.name));
        policyOf(stack, reads(cluster.readOnlyKeySecretArn), role.id);
      },
    ],
    [
      'a role that a variable names, where one was granted it',
      (cluster, stack) => {
        cluster.grantRead(aws.Grantee.role('search'));
        policyOf(stack, reads(cluster.readOnlyKeySecretArn), text(stack, 'role', 'another'));
      },
    ],
    [
      'a role, where one that a variable names was granted it',
      (cluster, stack) => {
        cluster.grantRead(aws.Grantee.role(text(stack, 'role', 'another')));
        policyOf(stack, reads(cluster.readOnlyKeySecretArn), 'search');
      },
    ],
    [
      'a session of a granted role',
      (cluster, stack) => {
        cluster.grantRead(aws.Grantee.role('search'));
        ofSecret(cluster, stack, 'arn:aws:sts::123456789012:assumed-role/search/nightly');
      },
    ],
    [
      'a granted role whose name is in an ARN, by a reference',
      (cluster, stack) => {
        cluster.grantRead(aws.Grantee.role('search'));
        const { accountId } = new DataAwsCallerIdentity(stack, 'Caller');
        ofSecret(cluster, stack, `arn:aws:iam::${accountId}:role/teams/${made(stack).name}`);
      },
    ],
    [
      'an account by its id',
      (cluster, stack) => ofSecret(cluster, stack, new DataAwsCallerIdentity(stack, 'Caller').accountId),
    ],
    ['a principal that only Terraform knows', (cluster, stack) => ofSecret(cluster, stack, text(stack, 'principal'))],
    [
      'an account by its id, which may take the role of the nodes',
      (cluster, stack) => trusting(cluster, new DataAwsCallerIdentity(stack, 'Caller').accountId),
    ],
    [
      'a role that was written down by a reference',
      (cluster, stack) => {
        const role = made(stack);
        readOnlyOf(cluster).addReader(`principal ${role.arn}`);
        ofSecret(cluster, stack, role.arn);
      },
    ],
    [
      'the name of a role that was written down by a reference',
      (cluster, stack) => {
        const role = made(stack);
        readOnlyOf(cluster).addReader(`role ${role.name}`);
        policyOf(stack, reads(cluster.readOnlyKeySecretArn), 'search');
      },
    ],
    [
      'a policy that is off by default',
      (cluster, stack) => policyOf(stack, reads(cluster.readOnlyKeySecretArn), 'intern', { count: offByDefault(stack) }),
    ],
    [
      'an attachment that is off by default',
      (_, stack) =>
        new IamRolePolicyAttachment(stack, 'Attached', {
          role: 'intern',
          policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess',
          count: offByDefault(stack),
        }),
    ],
    [
      'a policy of the secret that is off by default',
      (cluster, stack) => ofSecret(cluster, stack, '*', { count: offByDefault(stack) }),
    ],
    [
      'a machine that is off by default',
      (cluster, stack) => {
        const iamInstanceProfile = new IamInstanceProfile(stack, 'Profile', { role: cluster.roleName }).name;
        const count = offByDefault(stack);
        new Instance(stack, 'Bastion', { ami: 'ami-1', instanceType: 't3.micro', iamInstanceProfile, count });
      },
    ],
    ['what a variable holds by default', (_, stack) => policyOf(stack, text(stack, 'policy', reads('*')))],
    [
      'one whom another policy may deny it, which only Terraform knows',
      (_, stack) => {
        policyOf(stack, reads('*'));
        new IamRolePolicy(stack, 'Limits', { role: 'intern', policy: text(stack, 'limits') });
      },
    ],
    [
      'one whom a policy that is made elsewhere may deny it',
      (_, stack) => {
        policyOf(stack, reads('*'));
        new IamRolePolicyAttachment(stack, 'Limits', { role: 'intern', policyArn: 'arn:aws:iam::123456789012:policy/limits' });
      },
    ],
    [
      'one whom a policy of a role by a variable may deny it',
      (_, stack) => {
        policyOf(stack, reads('*'));
        const policy = allowing({ Effect: 'Deny', Action: '*', Resource: '*' });
        new IamRolePolicy(stack, 'Limits', { role: text(stack, 'role'), policy });
      },
    ],
    ['another one of several secrets that are made at once', (_, stack) => readsOneOfSeveral(stack, 'database')],
    [
      'a name in another account, or in this one',
      (_, stack) => policyOf(stack, reads('arn:aws:secretsmanager:eu-west-1:999999999999:secret:vectors-*')),
    ],
    [
      'a name in an account that only Terraform knows',
      (_, stack) => policyOf(stack, reads(`arn:aws:secretsmanager:*:${text(stack, 'account')}:secret:vectors-*`)),
    ],
    [
      'a name in a region that only Terraform knows',
      (_, stack) => policyOf(stack, reads(`arn:aws:secretsmanager:${text(stack, 'region')}:*:secret:vectors-*`)),
    ],
    [
      'a name in another partition',
      (_, stack) => policyOf(stack, reads(['arn:aws-cn:secretsmanager:*:*:secret:*', 'arn:aws-us-gov:secretsmanager:*'])),
    ],
    [
      'a name, by a policy of another account',
      (_, stack) =>
        policyOf(stack, reads('arn:aws:secretsmanager:eu-west-1:*:secret:vectors-*'), 'intern', {
          provider: new AwsProvider(stack, 'Sandbox', { alias: 'sandbox', profile: 'sandbox' }),
        }),
    ],
    ...['aws_instance', 'aws_iam_role', 'aws_iam_role_policy', 'aws_secretsmanager_secret_policy'].map(
      (type): [string, Change] => [
        `a resource that the stack takes away: ${type}`,
        (_, stack) => stack.addOverride(`resource.${type}.gone`, null),
      ],
    ),
    ['a document that the stack takes away', (_, stack) => stack.addOverride('data.aws_iam_policy_document.gone', null)],
    [
      'a document that is made of itself',
      (_, stack) => {
        const document = new DataAwsIamPolicyDocument(stack, 'Document', {});
        document.sourcePolicyDocuments = Array(5).fill(document.json);
        policyOf(stack, document.json);
      },
    ],
    ['all that is looked up', (_, stack) => stack.addOverride('data', null)],
  ])('nothing is made of %s', (_what, change) => {
    expect(differencesOf(() => synthCluster({}, change))).toEqual([]);
  });

  test.each<[string, Change, string]>([
    [
      'a role that was not granted it, and is looked up',
      (cluster, stack) => {
        cluster.grantRead(aws.Grantee.role('another'));
        ofSecret(cluster, stack, lookedUp(stack).arn);
      },
      `${FOUND} principal data.aws_iam_role.Search.arn`,
    ],
    [
      'a role of the app whose name only Terraform knows',
      (cluster, stack) => policyOf(stack, reads(cluster.readOnlyKeySecretArn), made(stack, text(stack, 'name')).name),
      `${FOUND} role aws_iam_role.Search`,
    ],
    [
      'a name in the account and the region of whoever applies it',
      (_, stack) => {
        const { accountId } = new DataAwsCallerIdentity(stack, 'Caller');
        const { name } = new DataAwsRegion(stack, 'Region');
        policyOf(stack, reads(`arn:aws:secretsmanager:${name}:${accountId}:secret:vectors-cluster-*`));
      },
      `${ALL} role intern`,
    ],
    [
      'a local list of secrets',
      (cluster, stack) => {
        const resources = new TerraformLocal(stack, 'Secrets', [cluster.readOnlyKeySecretArn]).asList;
        const statement = [{ actions: ['secretsmanager:GetSecretValue'], resources }];
        policyOf(stack, new DataAwsIamPolicyDocument(stack, 'Document', { statement }).json);
      },
      `${FOUND} role intern`,
    ],
    [
      'a machine of a launch template with the profile of the nodes',
      (cluster, stack) => {
        const name = madeOf(cluster, IamInstanceProfile).name;
        const { id } = new LaunchTemplate(stack, 'Template', { iamInstanceProfile: { name } });
        new Instance(stack, 'Bastion', { launchTemplate: { id } });
      },
      `${ALL} the machine aws_instance.Bastion, which has the role of the nodes`,
    ],
    [
      'one of several secrets that are made at once',
      (_, stack) => readsOneOfSeveral(stack, 'admin'),
      'QDR039: the admin API key may be read by role intern',
    ],
    [
      'a policy of AWS beside another one of it',
      (_, stack) => {
        policyOf(stack, reads('*'));
        const policyArn = 'arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess';
        new IamRolePolicyAttachment(stack, 'Beside', { role: 'intern', policyArn });
      },
      `${ALL} role intern`,
    ],
    [
      'a policy for each of those who are known',
      (cluster, stack) => {
        const forEach = TerraformIterator.fromList(['one', 'two']);
        policyOf(stack, reads(cluster.readOnlyKeySecretArn), 'intern', { forEach });
      },
      `${FOUND} role intern`,
    ],
  ])('it is found: %s', (_what, change, expected) => {
    expect(differencesOf(() => synthCluster({}, change))).toEqual([expected]);
  });

  test.each([
    ['123456789012', ['*'], 1],
    ['123456789012', ['999999999999'], 0],
    ['123456789012', ['123456789012'], 1],
    [undefined, ['123456789012'], 0],
  ])('of an account that the provider names (%s), names in %s are known', (allowed, [account], count) => {
    const found = differencesOf(() =>
      synthCluster({}, (_, stack) => {
        if (allowed) madeOf(stack, AwsProvider).allowedAccountIds = [allowed];
        policyOf(stack, reads(`arn:aws:secretsmanager:eu-west-1:${account}:secret:vectors-*`));
      }),
    );
    expect(found).toHaveLength(count);
  });

  test('what another stack gives is told with the stack', () => {
    const app = new App({ outdir: mkdtempSync(join(tmpdir(), 'stacks-')) });
    const [stack, other] = ['vectors', 'ci'].map((id) => new TerraformStack(app, id));
    [stack, other].forEach((one) => new AwsProvider(one, 'Aws', { region: 'eu-west-1', profile: 'search' }));
    const cluster = new aws.QdrantCluster(stack, 'Cluster', { ...minimal, clusterName });
    policyOf(other, reads(cluster.readOnlyKeySecretArn));
    expect(() => app.synth()).toThrow(/may be read by role intern by ci: aws_iam_role_policy\.ByHand,/);
  });
});

// As of other stacks, functions of Terraform are not known.
test('a namespace that a function makes is not known', () => {
  const change = (_: kubernetes.QdrantCluster, stack: TerraformStack) => {
    const metadata = { name: 'api', namespace: Fn.lower(text(stack, 'team')) };
    const env = [{ name: 'KEY', valueFrom: { secretKeyRef: { name: 'vectors-cluster-read-only-key', key: 'api-key' } } }];
    const template = { metadata: {}, spec: { container: [{ name: 'api', env }] } };
    new DeploymentV1(stack, 'Api', { metadata, spec: { template } });
  };
  expect(differencesOf(() => synthPods({}, change))).toEqual([]);
});
