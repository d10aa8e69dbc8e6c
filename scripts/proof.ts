import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROOF_FOLDER, ProofRecord, REQUESTS_OF_A_CHANGE, Target } from '../test/support/proof';

/** The page that this script writes, by the records beside it: proof.ts */
export const PAGE = join(__dirname, '..', 'docs', 'proof.md');
/** What the harnesses have seen, of the last run on each target. Those of a new run take their place, so that targets may run on different days. */
export const RECORDS = join(__dirname, '..', 'docs', 'proof.json');

const TARGETS: { [target in Target]: { readonly nodes: string; readonly run: string } } = {
  AWS: {
    nodes: `Each node is a machine of its own on one host: a real systemd boots it from the synthesized user data, behind the synthesized security
group. What AWS would serve has stand-ins there: its APIs, the metadata service, the volumes, the network.`,
    run: 'npx jest test/integration/node --selectProjects integration',
  },
  Kubernetes: {
    nodes: `It is a whole Kubernetes, with several machines on one host: API server, scheduler, controllers and CoreDNS, and on each machine kubelet,
containerd, kube-proxy and kube-router, which enforces network policies. What the library synthesizes is applied to it.`,
    run: `test/support/kubernetes/install.sh cluster
KUBERNETES_CLUSTER_TESTS=1 npx jest test/integration/kubernetes/ --selectProjects integration`,
  },
};

const NAMES = Object.keys(TARGETS) as Target[];

const SERVERS: { [server in ProofRecord['server']]: string } = {
  Qdrant: 'The server is Qdrant itself.',
  'stand-in': `**The server is a stand-in**, not Qdrant: \`test/support/stand-in-server.js\` reads the same settings and serves the same ports, with the same TLS and
the same keys, but it is no vector database, and keeps every point on every node whatever the replication factor. So the run proves what surrounds the
server: the order of restarts, certificates, keys, volumes and network. It does not prove how Qdrant replicates, how it transfers shards, or how
long it takes to load them.`,
};

/** What stands on the page. */
export function proofPage(records: ProofRecord[]): string {
  const targets = NAMES.filter((target) => records.some((record) => record.target === target));
  return `<!-- Written by \`npm run proof\`, from docs/proof.json: run the harnesses, do not change this page. -->

# What clusters have been put through

The library's harnesses run whole clusters, change them and break them, while a client writes and reads all the time. This page has the changes and faults
that were seen last on each target.

Collections have a replication factor of 2, or of 3 in the faults that leave two of five nodes away. The client spreads its requests over all nodes, one
write to nine reads. What one node does not answer it repeats on the next, as yours should: up to 12 times, 0.2 s apart. At the end it reads back every
point whose write was confirmed.

The bars, without which a run fails and this page is not written:

- Through every planned change the client makes at least ${number(REQUESTS_OF_A_CHANGE)} requests. None fails after its retries, no point is lost, and never are two nodes
  away at once by the library's doing.
- Every fault is over without a person, or a line of the log names the command that ends it; the table then has that command. No point is lost. Requests
  fail only during faults that leave too few nodes to answer, as when all of them lose power.

${targets.map((target) => section(target, ofTarget(records, target))).join('\n')}
## How to read the tables

| Column | Meaning |
| --- | --- |
| Recovery (s) | seconds until every node was ready again, from the start of a change, or from the end of what caused a fault |
| Requests | what the client asked for, each counted once |
| Retried | of these, those that their first node did not answer as it should |
| Failed | of these, those that no retry mended |
| Points lost | points whose write was confirmed, and that could not be read afterwards |
| Longest gap (s) | the longest time in which no request of the client was answered |
| Nodes away at once | how many nodes were not ready at the same time, at most |

## Run it yourself

As root on Linux, in a clone; [CONTRIBUTING.md](../CONTRIBUTING.md#the-harnesses) says what the harnesses need. \`QDRANT_BIN\` names a Qdrant binary; without
it, the stand-in serves.

\`\`\`sh
${Object.values(TARGETS)
  .map(({ run }) => run)
  .join('\n')}
npm run proof
\`\`\`
`;
}

function section(target: Target, records: ProofRecord[]): string {
  const [{ on, server, at }] = records;
  return `## ${target}

Run on ${at.slice(0, 10)}, on ${on}. ${TARGETS[target].nodes}

${SERVERS[server]}

${[table('Planned change', 'change', records), table('Fault', 'fault', records)].filter(Boolean).join('\n')}`;
}

function table(title: string, kind: ProofRecord['kind'], records: ProofRecord[]): string {
  const rows = records.filter((record) => record.kind === kind);
  if (rows.length === 0) return '';
  return `| ${title} | Recovery (s) | Requests | Retried | Failed | Points lost | Longest gap (s) | Nodes away at once |
| --- | --: | --: | --: | --: | --: | --: | --: |
${rows.map(row).join('\n')}
`;
}

function row(record: ProofRecord): string {
  const { what, command, recoverySeconds, requests, retried, failed, lost, longestGapSeconds, notReadyAtOnce } = record;
  const name = `${what[0].toUpperCase()}${what.slice(1)}${command === undefined ? '' : `; over after \`${command}\``}`;
  const recovery = recoverySeconds === undefined ? '' : seconds(recoverySeconds);
  const counts = [number(requests), number(retried), number(failed), number(lost), seconds(longestGapSeconds), notReadyAtOnce];
  return `| ${[name.replaceAll('|', '\\|'), recovery, ...counts].join(' | ')} |`;
}

function number(count: number): string {
  return count.toLocaleString('en-US');
}

/** A tenth of a second matters to a client, and not to a recovery of minutes. */
function seconds(time: number): string {
  return time < 10 ? time.toFixed(1) : number(Math.round(time));
}

/** What of a record falls short of the bars. */
export function shortfallsOf({ kind, what, ...seen }: ProofRecord): string[] {
  const ofAll = [
    seen.lost > 0 && `${seen.lost} points are lost`,
    // Of nothing that was asked, nothing fails.
    seen.requests === 0 && 'nothing was asked',
  ];
  const ofChange = [
    seen.failed > 0 && `${seen.failed} requests failed`,
    seen.requests < REQUESTS_OF_A_CHANGE && `${seen.requests} requests are too few`,
    seen.notReadyAtOnce > 1 && `${seen.notReadyAtOnce} nodes were away at once`,
  ];
  const ofFault = [
    seen.recoverySeconds === undefined && seen.command === undefined && 'neither is it over, nor does the log name a command',
  ];
  return [...ofAll, ...(kind === 'change' ? ofChange : ofFault)].filter(Boolean).map((shortfall) => `${what}: ${shortfall}`);
}

/** Those of before, where a target has new ones in their place. */
export function merge(before: ProofRecord[], now: ProofRecord[]): ProofRecord[] {
  return NAMES.flatMap((target) => {
    const ofNow = ofTarget(now, target);
    return ofNow.length > 0 ? ofNow : ofTarget(before, target);
  });
}

function ofTarget(records: ProofRecord[], target: Target): ProofRecord[] {
  return records.filter((record) => record.target === target);
}

/** The records beside the page; none before the first were committed. */
export function keptRecords(): ProofRecord[] {
  return existsSync(RECORDS) ? JSON.parse(readFileSync(RECORDS, 'utf8')) : [];
}

function newRecords(): ProofRecord[] {
  const files = existsSync(PROOF_FOLDER) ? readdirSync(PROOF_FOLDER).map((file) => join(PROOF_FOLDER, file)) : [];
  return files.flatMap((file) =>
    readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
  );
}

function main(): void {
  const before = keptRecords();
  const records = merge(before, newRecords());
  const shortfalls = records.flatMap(shortfallsOf);
  if (shortfalls.length > 0 || records.length === 0) {
    console.error(['docs/proof.md is not written:', ...(records.length === 0 ? ['nothing has run'] : shortfalls)].join('\n  '));
    process.exitCode = 1;
    return;
  }
  writeFileSync(RECORDS, `${JSON.stringify(records, null, 2)}\n`);
  writeFileSync(PAGE, proofPage(records));
  // A run of a part takes the place of a whole one too.
  for (const target of NAMES) {
    console.log(`${target}: ${ofTarget(records, target).length} changes and faults, before ${ofTarget(before, target).length}`);
  }
}

if (require.main === module) main();
