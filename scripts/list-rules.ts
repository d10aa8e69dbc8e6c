import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Listener, ListenerPurpose, QdrantVersion, ReaderScope, ResolvedSettings, SecretPlace, SecretPurpose } from '../lib';
import { PostureFacts } from '../lib/posture/facts';
import { rules } from '../lib/posture/rules';
import { Rule } from '../lib/posture/rules/rule';

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

| Rule | Severity | Finds |
| --- | --- | --- |
${rules.map(({ id, severity, title }) => `| [${id}](#${id.toLowerCase()}) | ${severity} | ${title} |`).join('\n')}

${rules.map(section).join('\n')}`;
}

function section(rule: Rule): string {
  return `## ${rule.id}

${rule.title}. (${sentence(rule.severity)})

- Why it matters: ${rule.reason}
- How to fix it: ${sentence(rule.fix)}
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

/** Clusters in which each rule finds something: two, as one cannot both have removal protection and lack it. */
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
