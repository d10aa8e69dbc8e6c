import { Aspects, TerraformOutput, TerraformProvider, TerraformResource, TerraformVariable } from 'cdktf';
import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { ecrRepository } from '../../lib/aws/node/ecr-image';
import { FoundingTime } from '../../lib/terraform/founding-time';
import { synthStack } from '../support/synth';
import { describeWith } from '../support/programs';
import { TerraformRun } from '../support/terraform';

describeWith(['terraform'], 'the time of a founding, kept by the real Terraform', () => {
  const terraform = new TerraformRun({});

  function synth(generation: number, existing: number = 0): void {
    terraform.synth((stack) => {
      const founding = new FoundingTime(stack, 'FoundingTime', { generation, existing, after: [] });
      new TerraformOutput(stack, 'Time', { staticId: true, value: founding.time });
      new TerraformOutput(stack, 'End', { staticId: true, value: founding.end });
    });
  }
  const output = () => JSON.parse(terraform.terraform(['output', '-json']).output);

  let first: string;

  test('is that of the first apply, and stays', () => {
    const before = Date.now();
    synth(1);
    terraform.init();
    terraform.apply();
    first = output().Time.value;
    expect(Date.parse(first)).toBeGreaterThanOrEqual(before - 1000);
    expect(Date.parse(first)).toBeLessThanOrEqual(Date.now());
    expect(Date.parse(output().End.value) - Date.parse(first)).toBe(3_600_000);
    expect(terraform.plan()).toEqual([]);
    terraform.apply();
    expect(output().Time.value).toBe(first);
  });

  test('stays, also once there are nodes', () => {
    synth(1, 3);
    expect(terraform.plan()).toEqual([]);
  });

  test('is taken anew, when applied, for another generation', () => {
    synth(2);
    expect(terraform.plan()).toMatchObject([{ type: 'terraform_data', actions: ['delete', 'create'] }]);
    terraform.terraform(['apply', '-input=false', 'plan']);
    expect(Date.parse(output().Time.value)).toBeGreaterThan(Date.parse(first));
    expect(terraform.plan()).toEqual([]);
  });
});

describeWith(['terraform'], 'the time of a founding, of a cluster that was there before it', () => {
  test('is long ago, until it is to be founded anew', () => {
    const terraform = new TerraformRun({});
    const time = (generation: number) => {
      terraform.synth((stack) => {
        const nodes = new TerraformVariable(stack, 'nodes', { default: 3 }).numberValue;
        const founding = new FoundingTime(stack, 'FoundingTime', { generation, existing: nodes, after: [] });
        new TerraformOutput(stack, 'End', { staticId: true, value: founding.end });
      });
      terraform.apply();
      return Date.parse(JSON.parse(terraform.terraform(['output', '-json']).output).End.value);
    };
    expect(time(1)).toBe(3_600_000);
    expect(time(2)).toBeGreaterThan(Date.now());
  });
});

test('no aspect gives the founding time a provider, which Terraform has none for', () => {
  const stack = synthStack((scope) => {
    const provider: TerraformProvider = new AwsProvider(scope, 'Aws', { alias: 'frankfurt' });
    new FoundingTime(scope, 'FoundingTime', { generation: 1, existing: 0, after: [] });
    Aspects.of(scope).add({
      visit: (construct) => {
        if (TerraformResource.isTerraformResource(construct)) construct.provider = provider;
      },
    });
  });
  expect(stack.resources('terraform_data')).toEqual([expect.not.objectContaining({ provider: expect.anything() })]);
});

describeWith(['terraform'], 'the registry of an image that only Terraform knows', () => {
  test.each([
    ['123456789012.dkr.ecr.eu-west-1.amazonaws.com/search/qdrant:v1.19.0', ['eu-west-1', 'search/qdrant', '123456789012']],
    ['123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/qdrant@sha256:00', ['cn-north-1', 'qdrant', '123456789012']],
    ['docker.io/qdrant/qdrant:v1.19.0-unprivileged', ['', '', '']],
  ])('%s', (image, [region, name, account]) => {
    const terraform = new TerraformRun({});
    terraform.synth((stack) => {
      const variable = new TerraformVariable(stack, 'image', { default: image });
      new TerraformOutput(stack, 'Found', { staticId: true, value: ecrRepository(variable.stringValue) });
    });
    terraform.apply();
    const registry = account && image.split('/')[0];
    const found = JSON.parse(terraform.terraform(['output', '-json']).output).Found.value;
    expect(found).toEqual({ registry, account, region, name });
    if (account) expect(ecrRepository(image)).toEqual(found);
  });
});
