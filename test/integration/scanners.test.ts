import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AwsApi } from '../support/aws/api';
import { objectsOf } from '../support/kubernetes/objects';
import { describeWith, ROOT, run } from '../support/programs';
import { TerraformRun } from '../support/terraform';

const EXAMPLES = join(ROOT, 'examples');
const exampleNames = readdirSync(EXAMPLES, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? entry.name : []));
const ofTarget = (target: string) => exampleNames.filter((name) => name.startsWith(`${target}-`));

/** What a scanner found: the ids of its checks that failed, each once, and how many there were to pass. */
interface Scan {
  readonly passed: number;
  readonly failed: string[];
}

/** The ids in the guide's table that begin with one of the prefixes: each has a reason there. */
function explained(...prefixes: string[]): string[] {
  const guide = readFileSync(join(ROOT, 'docs', 'guides', 'scanners.md'), 'utf8');
  const rows = [...guide.matchAll(/^\| (.+?) \| .+ \|$/gm)].flatMap(([, ids]) => [...ids.matchAll(/`([A-Z0-9_-]+)`/g)]);
  return rows.flatMap(([, id]) => (prefixes.some((prefix) => id.startsWith(prefix)) ? id : [])).sort();
}

const found = (scans: Scan[]) => [...new Set(scans.flatMap(({ failed }) => failed))].sort();

describeWith(['npx'], 'scanners that others wrote, over every example', () => {
  const folder = mkdtempSync(join(tmpdir(), 'scanned-'));
  const synthesized = (name: string) => {
    const stacks = join(folder, name, 'stacks');
    return join(stacks, readdirSync(stacks)[0], 'cdk.tf.json');
  };

  beforeAll(() => {
    for (const name of exampleNames) {
      const env = { ...process.env, CDKTF_OUTDIR: join(folder, name) };
      run('npx', ['tsx', '--tsconfig', join(ROOT, 'tsconfig.dev.json'), join(EXAMPLES, name, 'main.ts')], { env, cwd: ROOT });
    }
  });

  /** A folder of the manifests of what an example makes on Kubernetes. */
  function manifestsOf(name: string): string {
    const manifests = join(folder, 'manifests', name);
    mkdirSync(manifests, { recursive: true });
    for (const object of objectsOf(JSON.parse(readFileSync(synthesized(name), 'utf8')))) {
      writeFileSync(join(manifests, `${object.kind}-${object.metadata.name}.json`), JSON.stringify(object, null, 2));
    }
    return manifests;
  }

  describeWith(['checkov'], 'checkov', () => {
    function checkov(framework: string, directory: string): Scan {
      const args = ['--framework', framework, '--directory', directory, '--output', 'json', '--compact', '--soft-fail'];
      // It asks its maker for texts of checks, which there are none of here.
      const [report] = [JSON.parse(run('checkov', args, { env: { ...process.env, LOG_LEVEL: 'CRITICAL' } }))].flat();
      expect(report.summary.parsing_errors).toBe(0);
      return {
        passed: report.summary.passed,
        failed: report.results.failed_checks.map(({ check_id: id }: { check_id: string }) => id),
      };
    }

    test('AWS: what fails has a reason in the guide, and no other has', () => {
      const scans = ofTarget('aws').map((name) => {
        const directory = join(folder, 'checkov', name);
        mkdirSync(directory, { recursive: true });
        const config = JSON.parse(readFileSync(synthesized(name), 'utf8'));
        // checkov takes it for a block, and reads nothing of the file.
        delete config.terraform.required_version;
        writeFileSync(join(directory, 'cdk.tf.json'), JSON.stringify(config, null, 2));
        return checkov('terraform_json', directory);
      });
      scans.forEach(({ passed }) => expect(passed).toBeGreaterThan(50));
      expect(found(scans)).toEqual(explained('CKV_AWS', 'CKV2_AWS'));
    });

    test('Kubernetes: what fails has a reason in the guide, and no other has', () => {
      const scans = ofTarget('kubernetes').map((name) => checkov('kubernetes', manifestsOf(name)));
      scans.forEach(({ passed }) => expect(passed).toBeGreaterThan(100));
      expect(found(scans)).toEqual(explained('CKV_K8S', 'CKV2_K8S'));
    });
  });

  describeWith(['trivy-checks'], 'Trivy', () => {
    function trivy(kind: string, directory: string): Scan {
      const { passed, failed } = JSON.parse(run('trivy-checks', [kind, directory]));
      return { passed, failed: failed.map(({ id }: { id: string }) => id) };
    }

    describeWith(['terraform', 'moto'], 'plans', () => {
      let api: AwsApi;
      beforeAll(async () => {
        api = await AwsApi.start();
      });
      afterAll(() => api?.stop());

      /** The example's subnets, made; their ids by the ids that the example names. */
      async function network(text: string): Promise<string> {
        const id = (answer: string, tag: string) => new RegExp(`<${tag}>(.+?)</${tag}>`).exec(answer)![1];
        const vpc = id(await api.call('CreateVpc', { CidrBlock: '10.0.0.0/16' }), 'vpcId');
        let made = text.replace(/vpc-0a1b2c3d4e5f60718/g, vpc);
        for (const [index, named] of [...new Set(text.match(/subnet-[0-9a-f]{17}/g))].entries()) {
          const zone = { AvailabilityZone: `eu-west-1${'abc'[index % 3]}` };
          const answer = await api.call('CreateSubnet', { VpcId: vpc, CidrBlock: `10.0.${index}.0/24`, ...zone });
          made = made.replaceAll(named, id(answer, 'subnetId'));
        }
        return made;
      }

      async function planOf(name: string): Promise<string> {
        const directory = join(folder, 'plans', name);
        mkdirSync(directory, { recursive: true });
        const config = join(directory, 'config.json');
        writeFileSync(config, await network(readFileSync(synthesized(name), 'utf8')));
        const terraform = new TerraformRun(api.url);
        terraform.use(config);
        terraform.init();
        terraform.plan();
        const plan = mkdtempSync(join(directory, 'plan-'));
        writeFileSync(join(plan, 'plan.json'), JSON.stringify(terraform.planJson()));
        return plan;
      }

      test('AWS: what fails has a reason in the guide, and no other has', async () => {
        const scans: Scan[] = [];
        for (const name of ofTarget('aws')) scans.push(trivy('terraformplan', await planOf(name)));
        scans.forEach(({ passed }) => expect(passed).toBeGreaterThan(50));
        expect(found(scans)).toEqual(explained('AWS-'));
      });
    });

    test('Kubernetes: what fails has a reason in the guide, and no other has', () => {
      const scans = ofTarget('kubernetes').map((name) => trivy('kubernetes', manifestsOf(name)));
      scans.forEach(({ passed }) => expect(passed).toBeGreaterThan(1000));
      expect(found(scans)).toEqual(explained('KSV-'));
    });
  });
});
