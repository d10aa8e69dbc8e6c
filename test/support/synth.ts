import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { App, TerraformStack } from 'cdktf';
import { aws } from '../../lib';
import { network } from './aws/network';

/** A synthesized stack, by what it holds. */
export class SynthesizedStack {
  public constructor(public readonly json: any) {}

  /** The arguments of every resource of a type. */
  public resources(type: string): any[] {
    return Object.values(this.json.resource?.[type] ?? {});
  }

  /** The address of every resource. */
  public addresses(): string[] {
    return Object.entries<any>(this.json.resource)
      .flatMap(([type, named]) => Object.keys(named).map((name) => `${type}.${name}`))
      .sort();
  }
}

/** Synthesizes a stack for AWS with its validations, as `cdktf synth` does. */
export function synth(build: (stack: TerraformStack) => void, name?: string): SynthesizedStack {
  return synthStack((stack) => {
    new AwsProvider(stack, 'Aws', { region: 'eu-west-1' });
    build(stack);
  }, name);
}

/** Synthesizes a stack with its validations, as `cdktf synth` does. */
export function synthStack(build: (stack: TerraformStack) => void, name = 'vectors'): SynthesizedStack {
  const outdir = mkdtempSync(join(tmpdir(), 'synth-'));
  try {
    const app = new App({ outdir });
    build(new TerraformStack(app, name));
    app.synth();
    return new SynthesizedStack(JSON.parse(readFileSync(join(outdir, 'stacks', name, 'cdk.tf.json'), 'utf8')));
  } finally {
    rmSync(outdir, { recursive: true });
  }
}

/** The least that a cluster needs. */
export const minimal: aws.QdrantClusterProps = { network, instanceType: 'r7g.large', dataVolume: { sizeGib: 50 } };

/** The name that the path of the cluster would give it, too: only the finding differs. */
export const clusterName = 'vectors-cluster';

/** Synthesizes one cluster. */
export function synthCluster(
  props: Partial<aws.QdrantClusterProps> = {},
  more: (cluster: aws.QdrantCluster, stack: TerraformStack) => void = () => {},
): SynthesizedStack {
  return synth((stack) => more(new aws.QdrantCluster(stack, 'Cluster', { ...minimal, clusterName, ...props }), stack));
}

/** What the nodes of a synthesized cluster are told to run, the settings that their server gets, and what installs both and the programs. */
export function nodeFiles(stack: SynthesizedStack): { config: any; settings: string; installer: string } {
  const installs = ([name]: [string, string]) => name.includes('Install');
  const installer = Object.entries<string>(stack.json.locals)
    .filter(installs)
    .map(([, script]) => script)
    .join('');
  const file = (path: string) => installer.split(` ${path} <<'END_OF_QDRANT_FILE'\n`)[1].split('END_OF_QDRANT_FILE\n')[0];
  return {
    config: JSON.parse(file('/opt/qdrant/etc/cluster.json')),
    settings: file('/opt/qdrant/etc/settings.yaml'),
    installer,
  };
}
