import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { kubernetes } from '../../lib';
import { authority } from '../support/kubernetes/everything';
import { objectOf } from '../support/kubernetes/objects';
import { synthCluster } from '../support/kubernetes/synth';
import { ROOT } from '../support/programs';

const scripts = ['lib/kubernetes/pod/files', 'lib/cluster/programs'].flatMap((folder) =>
  readdirSync(join(ROOT, folder))
    .filter((file) => file.endsWith('.sh'))
    .map((file) => ({ file, text: readFileSync(join(ROOT, folder, file), 'utf8').replace(/^ *#.*$/gm, '') })),
);
const programs = scripts.map(({ text }) => text).join('\n');
const matches = (text: string, pattern: RegExp) => new Set([...text.matchAll(pattern)].map(([, name]) => name));

const secret = (name: string) => kubernetes.Secret.fromName(name);
const bundles = [authority, kubernetes.CaBundle.fromConfigMap('company-ca')];
const stack = synthCluster({
  metricsPort: 9153,
  allowRecoveryMode: true,
  apiKeys: kubernetes.ApiKeys.fromSecrets({ admin: secret('a'), readOnly: secret('b'), alternate: secret('c') }),
  trustedAuthorities: bundles,
  clientVerification: kubernetes.ClientVerification.required(...bundles),
});
const pod = objectOf(stack.objects, 'StatefulSet').spec.template.spec;
const server = pod.containers.find(({ name }: any) => name === 'qdrant');
const data = (name: string): { [file: string]: string } => objectOf(stack.objects, 'ConfigMap', name).data;

describe('what the programs of a pod read', () => {
  test('of variables is in cluster.env, in the container’s environment, or their own; and all of cluster.env is read', () => {
    const given = matches(data('-programs-')['cluster.env'], /^readonly (\w+)=/gm);
    const environment = new Set<string>(server.env.map(({ name }: any) => name));
    const read = matches(programs, /\$\{?([A-Z][A-Z_]+)\b/g);
    const assigned = matches(programs, /(?:^|[ (;])([A-Z][A-Z_]+)=/gm);
    const byTheShell = new Set(['HOSTNAME', 'SECONDS']);
    const unknown = [...read].filter((name) => ![given, environment, assigned, byTheShell].some((known) => known.has(name)));
    expect(unknown).toEqual([]);
    expect([...given].filter((name) => !read.has(name))).toEqual([]);
    // Qdrant itself reads the others.
    for (const name of ['POD_IPS', 'LEAVE_SECONDS', 'QDRANT_ALLOW_RECOVERY_MODE']) {
      expect([name, read.has(name), environment.has(name)]).toEqual([name, true, true]);
    }
  });

  test('of what may change while they run is in the ConfigMap for it, and all of that is read', () => {
    expect([...matches(programs, /\bof_cluster ([a-z-]+)/g)].sort()).toEqual(
      Object.keys(data('^vectors-cluster-cluster$')).sort(),
    );
  });

  test('of files beside them is in the ConfigMap of the programs', () => {
    const files = new Set(Object.keys(data('-programs-')));
    const named = matches(programs, /\$\{?PROGRAMS(?::-\/opt\/qdrant)?\}?\/([\w.-]+)/g);
    expect([...named].filter((file) => !files.has(file))).toEqual([]);
    for (const { file } of scripts) expect(files).toContain(file);
    const commands = JSON.stringify(pod.containers).match(/(?<="\/opt\/qdrant\/)[\w.-]+\.sh/g)!;
    expect(commands.length).toBeGreaterThan(4);
    for (const file of commands) expect(files).toContain(file);
  });

  test('of Secrets and bundles is mounted where they look', () => {
    const mounts: { [path: string]: string } = Object.fromEntries(
      server.volumeMounts.map(({ mountPath, name }: any) => [mountPath, name]),
    );
    const filesIn = (volume: string): string[] =>
      pod.volumes
        .find(({ name }: any) => name === volume)
        .projected.sources.flatMap((source: any) => (source.secret ?? source.configMap).items.map(({ path }: any) => path));
    const folderOf = (folder: string) => mounts[`/run/secrets/qdrant/${folder}`];
    const folders = matches(programs, /\$SECRETS\/([a-z-]+)/g);
    for (const folder of [...folders, ...matches(programs, /\bbundles ([a-z-]+)/g)]) {
      expect([folder, filesIn(folderOf(folder)).length > 0]).toEqual([folder, true]);
    }
    const keys = matches(programs, /\badd_key ([a-z-]+)/g);
    expect(filesIn(folderOf('keys')).sort()).toEqual([...keys].sort());
    expect(programs).toContain('for name in tls.crt tls.key ca.crt; do');
    expect(filesIn(folderOf('tls')).sort()).toEqual(['ca.crt', 'tls.crt', 'tls.key']);
  });
});
