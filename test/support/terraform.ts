import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, TerraformStack } from 'cdktf';
import { findProgram } from './programs';

/** Providers that are there already, as on a machine without the registry. Elsewhere `terraform init` downloads. */
const PLUGIN_DIR = process.env.TF_PLUGIN_DIR ?? '/opt/tf-plugins';

/** The services whose API is on loopback. */
const SERVICES = 'acmpca ec2 elbv2 iam kms route53 secretsmanager ssm sts'.split(' ');

const APPLY = ['apply', '-auto-approve', '-input=false', '-parallelism=30'];

/** What a plan would do to one resource. */
export interface PlannedChange {
  readonly address: string;
  readonly type: string;
  readonly actions: string[];
}

/** The configuration of the AWS provider for an API on loopback. */
function awsOnLoopback(apiUrl: string): object {
  return {
    access_key: 'test',
    secret_key: 'test',
    region: 'eu-west-1',
    skip_credentials_validation: true,
    skip_metadata_api_check: true,
    endpoints: [Object.fromEntries(SERVICES.map((service) => [service, apiUrl]))],
  };
}

/** A stack, synthesized and run by the real Terraform against an API on loopback. */
export class TerraformRun {
  /** Whether Terraform can get a provider here, by its source. */
  public static canGet(...sources: string[]): boolean {
    if (findProgram('terraform') === undefined) return false;
    const probe = new TerraformRun({});
    const named = Object.fromEntries(sources.map((source) => [source.split('/')[1], { source }]));
    writeFileSync(join(probe.directory, 'main.tf.json'), JSON.stringify({ terraform: { required_providers: named } }));
    return probe.terraform(['init', '-input=false', ...probe.plugins], [0, 1]).code === 0;
  }

  public readonly directory = mkdtempSync(join(tmpdir(), 'terraform-'));
  /** All that Terraform has printed. */
  public log = '';
  private lastState?: any;
  private readonly providers: { [name: string]: object };

  /** @param providers the AWS API's address, or the configuration of each provider by its name */
  public constructor(providers: string | { [name: string]: object }) {
    this.providers = typeof providers === 'string' ? { aws: awsOnLoopback(providers) } : providers;
  }

  /** Synthesizes what `build` adds to a stack, in place of what was synthesized before. */
  public synth(build: (stack: TerraformStack) => void): void {
    const app = new App({ outdir: join(this.directory, 'cdktf.out') });
    const stack = new TerraformStack(app, 'vectors');
    build(stack);
    app.synth();
    this.use(join(this.directory, 'cdktf.out', 'stacks', 'vectors', 'cdk.tf.json'));
  }

  /** Takes a synthesized file, with the provider's endpoints on loopback and the state beside it. */
  public use(synthesized: string): void {
    const config = JSON.parse(readFileSync(synthesized, 'utf8'));
    delete config.terraform.backend;
    writeFileSync(join(this.directory, 'cdk.tf.json'), JSON.stringify(config, null, 2));
    if (Object.keys(this.providers).length === 0) return;
    const provider = Object.fromEntries(Object.entries(this.providers).map(([name, configuration]) => [name, [configuration]]));
    writeFileSync(join(this.directory, 'api_override.tf.json'), JSON.stringify({ provider }));
  }

  public init(): void {
    this.terraform(['init', '-input=false', ...this.plugins]);
  }

  private get plugins(): string[] {
    return existsSync(PLUGIN_DIR) ? [`-plugin-dir=${PLUGIN_DIR}`] : [];
  }

  /** Runs Terraform; throws with all that it printed unless it ends with one of the accepted codes. */
  public terraform(args: string[], accepted = [0]): { code: number; output: string } {
    const result = spawnSync(findProgram('terraform')!, [...args, ...(args[0] === 'show' ? [] : ['-no-color'])], {
      cwd: this.directory,
      encoding: 'utf8',
      env: this.environment,
      maxBuffer: 1 << 28,
    });
    const output = `${result.stdout}${result.stderr}`;
    this.log += output;
    if (!accepted.includes(result.status ?? -1))
      throw new Error(`terraform ${args.join(' ')} ended with ${result.status}:\n${output}`);
    return { code: result.status!, output: result.stdout };
  }

  public apply(): void {
    this.terraform(APPLY);
  }

  /** Applies while the caller goes on; throws as `apply` does. */
  public async applyAside(): Promise<void> {
    const terraform = spawn(findProgram('terraform')!, [...APPLY, '-no-color'], { cwd: this.directory, env: this.environment });
    let output = '';
    for (const stream of [terraform.stdout, terraform.stderr]) stream.on('data', (part) => (output += part));
    const code = await new Promise((resolve) => terraform.once('close', resolve));
    this.log += output;
    if (code !== 0) throw new Error(`terraform apply ended with ${code}:\n${output}`);
  }

  private get environment(): NodeJS.ProcessEnv {
    const quiet = { TF_CLI_CONFIG_FILE: '/dev/null', TF_IN_AUTOMATION: '1', CHECKPOINT_DISABLE: '1', NO_COLOR: '1' };
    return { ...process.env, ...quiet };
  }

  /** What a plan would do, save for what it would leave as it is. */
  public plan(): PlannedChange[] {
    this.terraform(['plan', '-input=false', '-out=plan']);
    const changes: any[] = this.planJson().resource_changes ?? [];
    return changes
      .filter(({ mode, change }) => mode === 'managed' && change.actions.join() !== 'no-op')
      .map(({ address, type, change }) => ({ address, type, actions: change.actions }));
  }

  public planJson(): any {
    return JSON.parse(this.terraform(['show', '-json', 'plan']).output);
  }

  /** What Terraform keeps; while it writes that, what it has kept before. */
  public state(): any {
    const text = readFileSync(join(this.directory, 'terraform.tfstate'), 'utf8');
    try {
      this.lastState = JSON.parse(text);
    } catch (error) {
      if (this.lastState === undefined) throw error;
    }
    return this.lastState;
  }

  /** The attributes of every instance of a resource type in the state. */
  public resources(type: string): any[] {
    return this.state()
      .resources.filter((resource: any) => resource.mode === 'managed' && resource.type === type)
      .flatMap((resource: any) => resource.instances.map((instance: any) => instance.attributes));
  }
}
