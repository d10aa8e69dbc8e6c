import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { KubernetesProvider } from '@cdktf/provider-kubernetes/lib/provider';
import { kubernetes } from '../../lib';
import { ROOT } from '../support/programs';
import { messagesOf, patternOf, shown } from '../support/shell-messages';
import { synthCluster, synthStack } from '../support/synth';

const page = readFileSync(join(ROOT, 'docs', 'troubleshooting.md'), 'utf8');
const [ofPrograms, ofPlans] = page.split('\n## Planning\n');
const entries = (text: string) => [...text.matchAll(/^- `([^`]+)`$/gm)].map((match) => match[1]);

const programs = readdirSync(join(ROOT, 'lib'), { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.sh'));
const messages = programs.flatMap((file) => messagesOf(readFileSync(join(ROOT, 'lib', file), 'utf8')));

describe('docs/troubleshooting.md', () => {
  test('has every line that a program prints', () => {
    const lines = entries(ofPrograms);
    const missing = messages.filter((message) => !lines.some((line) => patternOf(message).test(line)));
    expect(missing.map(shown)).toEqual([]);
  });

  test('has no line that no program prints, and none twice', () => {
    const lines = entries(ofPrograms);
    const patterns = messages.map(patternOf);
    expect(lines.filter((line) => !patterns.some((pattern) => pattern.test(line)))).toEqual([]);
    expect(lines).toEqual([...new Set(lines)]);
  });

  test('has no error of a plan that no cluster has', () => {
    const stacks = [
      synthCluster(),
      synthStack((stack) => {
        new KubernetesProvider(stack, 'Kubernetes');
        new kubernetes.QdrantCluster(stack, 'Cluster', {
          namespace: 'search',
          resources: { memory: '8Gi' },
          dataVolume: { size: '50Gi' },
        });
      }),
    ];
    const errors = stacks.flatMap(({ json }) => errorMessages(json));
    // What Terraform and the API server say by themselves.
    const foreign = ['Instance cannot be destroyed', 'no matches for kind "Certificate" in group "cert-manager.io"'];
    const unknown = entries(ofPlans).filter((line) => {
      const pattern = new RegExp(line.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/\b[A-Z]{2,}\b/g, '\\S+'));
      return !errors.some((error) => pattern.test(error));
    });
    expect(unknown).toEqual(foreign);
  });
});

describe('messagesOf', () => {
  test.each([
    ['log "the node $host is not ready"', ['the node HOST is not ready']],
    ['x || fail "no $(cat "$a (b)") of ${c[0]}"', ['error: no WHY of NAME']],
    ['fail "one" \\\n  "two $x"', ['error: one two X']],
    ['printf \'error: %s s\\n\' "$x" >&2', ['error: SECONDS s']],
    ['printf \'%s\' "$x"', []],
    ['# log "never"', []],
  ])('of %s', (script, expected) => {
    const found = messagesOf(script);
    expect(found).toHaveLength(expected.length);
    expected.forEach((line, index) => expect(line).toMatch(patternOf(found[index])));
  });
});

function errorMessages(value: any): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) => (key === 'error_message' ? [String(member)] : errorMessages(member)));
}
