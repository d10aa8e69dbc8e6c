import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { synthCluster } from '../support/kubernetes/synth';
import { describeWith } from '../support/programs';
import { TerraformRun } from '../support/terraform';

const claim = (node: number, storage: string) => ({
  metadata: { name: `storage-vectors-${node}` },
  spec: { resources: { requests: { storage } } },
});

/** Whether Terraform finds that each claim has the size that is asked for. */
function agrees(size: string, ...claims: string[]): boolean {
  const [check] = Object.values<any>(synthCluster({ dataVolume: { size } }).json.check);
  const condition = check.assert[0].condition.replaceAll(/data\.kubernetes_resources\.\w+\.objects/g, 'local.claims');
  const terraform = new TerraformRun({});
  const configuration = {
    locals: { claims: claims.map((storage, node) => claim(node, storage)) },
    output: { agrees: { value: condition } },
  };
  writeFileSync(join(terraform.directory, 'main.tf.json'), JSON.stringify(configuration));
  terraform.terraform(['plan', '-input=false', '-out=plan']);
  return terraform.planJson().planned_values.outputs.agrees.value;
}

describeWith(['terraform'], 'the size of claims', () => {
  test.each([
    ['50Gi', '50Gi'],
    ['1024Gi', '1Ti'],
    ['1.5Ti', '1536Gi'],
    ['1000G', '1T'],
    ['1Ei', '1024Pi'],
    ['107374182400', '100Gi'],
    ['100Gi', '107374182400'],
  ])('that is asked for as %s is that which Kubernetes gives back as %s', (size, read) => {
    expect(agrees(size, read, read)).toBe(true);
  });

  test.each([
    ['50Gi', '50G'],
    ['1024Gi', '1023Gi'],
    ['1Ti', '1T'],
  ])('that is asked for as %s is not %s', (size, read) => {
    expect(agrees(size, size, read)).toBe(false);
  });
});
