import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { ROOT } from './support/programs';

/** What eslint says of each import, were it in that file. */
function judge(imports: Array<[file: string, specifier: string]>): string[][] {
  const program = `
    import { ESLint } from 'eslint';
    const eslint = new ESLint();
    const judge = async ([file, specifier]) => {
      const [{ messages }] = await eslint.lintText(\`export * from '\${specifier}';\\n\`, { filePath: file });
      return messages.map(({ ruleId, message }) => ruleId + ': ' + message);
    };
    console.log(JSON.stringify(await Promise.all(JSON.parse(process.argv[1]).map(judge))));`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', program, JSON.stringify(imports)], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  if (!stdout) throw new Error(stderr);
  return JSON.parse(stdout);
}

describe('the borders of lib', () => {
  const crossed: Array<[string, string]> = [
    ['lib/aws/tls/tls.ts', '../../kubernetes/tls/tls'],
    ['lib/kubernetes/pod/volume.ts', '../../aws'],
    ['lib/aws/secrets/secret.ts', '@cdktf/provider-kubernetes/lib/secret-v1'],
    ['lib/kubernetes/secrets/secret.ts', '@cdktf/provider-aws/lib/secretsmanager-secret'],
    ['lib/aws/node/node.ts', '@cdktf/provider-aws'],
    ['lib/aws/tls/tls.ts', '../cluster/cluster-props'],
    ['lib/aws/tls/tls.ts', '../index'],
    ['lib/aws/tls/tls.ts', '..'],
    ['lib/kubernetes/access/peer.ts', '../pod/placement'],
    ['lib/cluster/unprotected-nodes.ts', '../aws/cluster/cluster'],
    ['lib/cluster/unprotected-nodes.ts', '@cdktf/provider-aws/lib/instance'],
    ['lib/posture/rules/release-outdated.ts', '../../cluster/unprotected-nodes'],
    ['lib/posture/posture.ts', '../kubernetes'],
    ['lib/posture/posture.ts', '../observed/reach'],
    ['lib/observed/reach.ts', '../cluster/unprotected-nodes'],
    ['lib/observed/reach.ts', '@cdktf/provider-aws/lib/instance'],
    ['lib/monitoring/nodes.ts', '../posture'],
    ['lib/monitoring/nodes.ts', '@cdktf/provider-kubernetes/lib/manifest'],
    ['lib/qdrant/ports.ts', '../monitoring'],
    ['lib/qdrant/ports.ts', '../posture'],
    ['lib/qdrant/ports.ts', '../cluster/unprotected-nodes'],
    ['lib/qdrant/ports.ts', '@cdktf/provider-aws/lib/instance'],
    ['lib/terraform/digest.ts', '../qdrant'],
    ['lib/input/cidr.ts', '../terraform/digest'],
    ['lib/verify/verify.ts', '../cluster/unprotected-nodes'],
    ['lib/verify/verify.ts', 'cdktf'],
    ['lib/verify/verify.ts', '../cli/main'],
    ['lib/cli/verify.ts', 'constructs'],
    ['lib/ops/run.ts', 'cdktf'],
    ['lib/ops/run.ts', '../cli/ops'],
    ['lib/verify/verify.ts', '../ops/run'],
    ['lib/posture/posture.ts', '../verify'],
    ['lib/observed/reach.ts', '../testing'],
    ['lib/testing/exposure.ts', '../cluster/unprotected-nodes'],
  ];
  const kept: Array<[string, string]> = [
    ['lib/aws/tls/tls.ts', '../secrets/secret'],
    ['lib/aws/tls/tls.ts', '../../cluster/unprotected-nodes'],
    ['lib/aws/cluster/cluster.ts', '../node/node'],
    ['lib/aws/access/load-balancer.ts', '../removal-policy'],
    ['lib/kubernetes/cluster/cluster.ts', '@cdktf/provider-kubernetes/lib/stateful-set-v1'],
    ['lib/cluster/unprotected-nodes.ts', '../posture'],
    ['lib/aws/cluster/cluster-posture.ts', '../../observed/aws/declared'],
    ['lib/posture/rules/release-outdated.ts', '../../qdrant/version'],
    ['lib/qdrant/ports.ts', '../terraform/digest'],
    ['lib/monitoring/nodes.ts', '../qdrant'],
    ['lib/kubernetes/access/service-monitor.ts', '../../monitoring/catalog'],
    ['lib/verify/verify.ts', '../posture/rules/rule'],
    ['lib/testing/exposure.ts', '../observed/judge'],
    ['lib/cli/verify.ts', '../verify'],
    ['lib/ops/rest-client.ts', '../verify/wire/connection'],
    ['lib/cli/ops.ts', '../ops'],
  ];

  test('eslint refuses what crosses one, and nothing else', () => {
    const verdicts = judge([...crossed, ...kept]);
    const wrong = [...crossed, ...kept].filter((_, index) => {
      const messages = verdicts[index];
      return index < crossed.length
        ? messages.length !== 1 || !messages[0].startsWith('no-restricted-imports: ')
        : messages.length > 0;
    });
    expect(wrong).toEqual([]);
  });

  test('no file imports itself by way of others', () => {
    const files = readdirSync(join(ROOT, 'lib'), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))
      .map((file) => join('lib', file));
    const importsOf = (file: string) =>
      [...readFileSync(join(ROOT, file), 'utf8').matchAll(/^(?:import|export)\s[^;]*?from '(\.[^']*)';/gm)].map(
        ([, specifier]) => {
          const path = normalize(join(dirname(file), specifier));
          const found = [`${path}.ts`, join(path, 'index.ts')].find((candidate) => files.includes(candidate));
          if (!found) throw new Error(`${file} imports ${specifier}, which is not there`);
          return found;
        },
      );
    const imports = new Map(files.map((file) => [file, importsOf(file)]));
    const settled = new Set<string>();
    const circles: string[][] = [];
    const follow = (file: string, way: string[]): void => {
      if (way.includes(file)) circles.push([...way.slice(way.indexOf(file)), file]);
      if (way.includes(file) || settled.has(file)) return;
      imports.get(file)!.forEach((next) => follow(next, [...way, file]));
      settled.add(file);
    };
    files.forEach((file) => follow(file, []));
    expect(files.length).toBeGreaterThan(100);
    expect(circles).toEqual([]);
  });
});
