import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Listener, ListenerPurpose, QdrantVersion, ReaderScope, ResolvedSettings, SecretPlace, SecretPurpose } from '../lib';
import { PostureFacts } from '../lib/posture/facts';
import { rules } from '../lib/posture/rules';
import { Rule } from '../lib/posture/rules/rule';
import { StorageKind } from '../lib/posture/setup';

/** The page that this script writes, by the rules themselves: list-rules.ts */
export const PAGE = join(__dirname, '..', 'docs', 'rules.md');

/** What stands on it. */
export function rulesPage(): string {
  return `<!-- Written by \`npm run rules\`, from lib/posture/rules: change the rules, not this page. -->

# The rules of the posture

What the posture of a cluster is judged by. An error stops the synthesis, a warning is shown with it.
\`cluster.acknowledge('QDR003', 'why it is acceptable here')\` accepts what a rule finds in a cluster, and
\`Acknowledgements.of(stack).add('QDR003', 'why')\` in every cluster of a stack, an app or any other construct; the report that each synthesized stack carries
under its member \`//\` then lists it with the reason.

Rules of what only resources tell, as the containers of pods and the disks of machines, find something where \`cdktf-qdrant posture\` reads them
([judge resources](guides/judge-resources.md)). What is not known is named there under \`Unknown\`, or may be anything: no rule takes it for safe.

${groups.map(tableOf).join('\n\n')}

${rules.map(section).join('\n')}`;
}

/** What rules are about, by the digit before the last of their ids. */
const groups: Array<{ name: string; tens: string }> = [
  { name: 'Exposure', tens: '0' },
  { name: 'Transport and encryption', tens: '1' },
  { name: 'Server', tens: '27' },
  { name: 'Secrets and rights', tens: '3' },
  { name: 'Durability', tens: '4' },
  { name: 'Supply', tens: '6' },
  { name: 'Acknowledgements', tens: '5' },
];

function tableOf({ name, tens }: (typeof groups)[number]): string {
  const rows = rules
    .filter(({ id }) => tens.includes(id[4]))
    .map(({ id, severity, title }) => `| [${id}](#${id.toLowerCase()}) | ${severity} | ${title} |`);
  return [`**${name}**`, '', '| Rule | Severity | Finds |', '| --- | --- | --- |', ...rows].join('\n');
}

function section(rule: Rule): string {
  return `## ${rule.id}

${rule.title}. (${sentence(rule.severity)})

- Why it matters: ${rule.reason}
- How to fix it: ${sentence(rule.fix)}
- Source: <${rule.source}>
- It says, for example: \`${exampleOf(rule)}\`
`;
}

function exampleOf(rule: Rule): string {
  const [example] = badClusters.flatMap((facts) => rule.check(facts));
  if (example === undefined)
    throw new Error(`${rule.id} finds nothing in the clusters of this script: add to one what it finds`);
  return example;
}

function sentence(text: string): string {
  return text[0].toUpperCase() + text.slice(1);
}

const anyAddress = { name: '0.0.0.0/0', anyAddress: true };
const network = { name: '10.0.0.0/8' };

/** Clusters in which each rule finds something: several, as one cannot both have removal protection and lack it. */
const badClusters: PostureFacts[] = [
  {
    listeners: [
      listener(ListenerPurpose.PEER, 6335, network, { tls: false }),
      listener(ListenerPurpose.REST, 6333, anyAddress, { tls: false, apiKey: false }),
      listener(ListenerPurpose.GRPC, 6334, anyAddress),
      listener(ListenerPurpose.METRICS, 9153, network),
    ],
    outbound: [],
    secrets: [
      secret('group system:authenticated', ReaderScope.EVERYONE),
      secret('group system:serviceaccounts', ReaderScope.EVERY_WORKLOAD),
    ],
    version: QdrantVersion.V1_17_1,
    settings: settings(),
    nodeCount: 3,
    zoneCount: 1,
    clientVerification: true,
    protectedFromRemoval: false,
    unprotectedNodes: [2],
    shortfalls: ['15 GiB of memory, and is sized for 77 GiB'],
    undeclaredReach: [
      { listener: 'REST (port 6333) of nodes', source: '0.0.0.0/0', by: 'aws_vpc_security_group_ingress_rule.debug' },
    ],
  },
  {
    ...{ listeners: [], outbound: [], secrets: [], unprotectedNodes: [] },
    protectedFromRemoval: true,
    clusterName: 'production-vectors',
    clusterNameGiven: false,
    unusedAcknowledgements: [{ ruleId: 'QDR003', reason: 'a public demo' }],
  },
  {
    ...{ listeners: [], outbound: [], secrets: [], unprotectedNodes: [] },
    nodeCount: 3,
    settings: ResolvedSettings._observed(
      new Map<string, unknown>([
        ['cluster.enabled', true],
        ['service.enable_tls', true],
        ['tls.cert_ttl', null],
        ['tls.ca_cert', null],
      ]),
    ),
    setup: {
      image: { text: 'registry.internal/qdrant:latest', namesRelease: false, hasDigest: false, isOfficial: false },
      releases: ['1.17.1', '1.19.0'],
      runsAsRoot: true,
      powers: ['the processes of its machine (hostPID)'],
      mayGainPrivileges: true,
      keepsCapabilities: true,
      hasWritableRoot: true,
      usesNetworkOfMachine: true,
      hasAccountToken: true,
      rightsOfPods: ['reading every Secret in its namespace'],
      rightsOfMachines: ['s3:* on every resource, by aws_iam_role_policy.node'],
      storage: { kind: StorageKind.LOST, name: 'the emptyDir storage' },
      volumes: [{ name: 'aws_ebs_volume.data', isEncrypted: false, endsWithNode: true }],
      publicAddresses: ['aws_eip.node'],
      openAdministration: ['SSH (22), by aws_security_group.nodes'],
      unlimitedEgress: 'by aws_security_group.nodes',
      metadataWithoutToken: ['aws_instance.node'],
      outdatedTls: ['aws_lb_listener.rest by ELBSecurityPolicy-2016-08'],
      imagesOfAnyOwner: ['data.aws_ami.ubuntu'],
      unverifiedPrograms: ['https://github.com/qdrant/qdrant/releases/download/v1.19.0/qdrant.tar.gz'],
      interchangeableBy: 'aws_autoscaling_group.nodes',
      hasDisruptionBudget: false,
      spreadsOverMachines: false,
      hasMemoryLimit: false,
      failingProbes: ['the readinessProbe speaks no TLS, and the server nothing else'],
      startsInOrder: true,
      shortKeys: [SecretPurpose.ADMIN_API_KEY],
      readOnlyKeyIsAdminKey: true,
      lostAuditLog: '/var/log/qdrant',
      namesNoOther: true,
      lacksRestAmongNodes: true,
    },
  },
  {
    ...{ listeners: [], outbound: [], secrets: [], unprotectedNodes: [] },
    nodeCount: 2,
    setup: { storage: { kind: StorageKind.NETWORK, name: 'the claims storage' } },
  },
  {
    ...{ listeners: [], outbound: [], secrets: [], unprotectedNodes: [] },
    nodeCount: 3,
    settings: ResolvedSettings._observed(new Map([['cluster.enabled', false]])),
  },
];

function listener(purpose: ListenerPurpose, port: number, source: typeof network, lacks = {}): Listener {
  const made = new Listener({ purpose, port, at: 'nodes', tls: true, apiKey: true, ...lacks });
  made.addSource(source);
  return made;
}

function secret(reader: string, scope: ReaderScope): SecretPlace {
  const made = new SecretPlace({
    purpose: SecretPurpose.ADMIN_API_KEY,
    keptIn: 'Secret vectors-admin-key-1',
    origin: 'generated',
    isInClearText: true,
  });
  made.addReader(reader, scope);
  return made;
}

function settings(): ResolvedSettings {
  return ResolvedSettings._resolve(
    'production/Cluster',
    QdrantVersion.V1_17_1,
    {},
    {
      cors: true,
      replicationFactor: 1,
      additional: { 'storage.snapshots_config.s3_config.endpoint_url': 'http://minio.internal:9000' },
      unchecked: { 'service.brand_new': true },
    },
  );
}

if (require.main === module) writeFileSync(PAGE, rulesPage());
