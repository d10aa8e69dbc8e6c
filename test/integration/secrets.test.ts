import { TerraformOutput, TerraformVariable } from 'cdktf';
import { aws, kubernetes } from '../../lib';
import { describeWith } from '../support/programs';
import { TerraformRun } from '../support/terraform';

const KEY = 'sk-3F9A8B7C6D5E4F3A2B1C0D9E8F7A6B5C';

describeWith(['terraform'], 'a reference to a secret that only Terraform knows', () => {
  /** What Terraform says of it; the state, where it takes it. */
  function applied(reference: (value: string) => string, value: string): { code: number; log: string; text: string } {
    const terraform = new TerraformRun({});
    terraform.synth((stack) => {
      const { stringValue } = new TerraformVariable(stack, 'given', { default: value, sensitive: true });
      new TerraformOutput(stack, 'Reference', { staticId: true, value: reference(stringValue), sensitive: true });
    });
    terraform.init();
    const { code } = terraform.terraform(['apply', '-input=false', '-auto-approve'], [0, 1]);
    const text = code === 0 ? JSON.parse(terraform.terraform(['output', '-json']).output).Reference.value : '';
    return { code, log: terraform.log.replace(/\s*\n│? ?/g, ' '), text };
  }

  test.each<[string, (value: string) => string, string]>([
    [
      'AWS',
      (value) => aws.Secret.fromArn(value).arn,
      'arn:aws:secretsmanager:eu-west-1:123456789012:secret:vectors/admin-AbCdEf',
    ],
    ['Kubernetes', (value) => kubernetes.Secret.fromName(value).name, 'vectors-admin-key.1'],
  ])('%s: is what was meant, and never the secret itself', (_, reference, meant) => {
    expect(applied(reference, meant)).toMatchObject({ code: 0, text: meant });
    const refused = applied(reference, KEY);
    expect(refused.code).toBe(1);
    expect(refused.log).toMatch(/pattern did not match/);
    expect(refused.log).not.toContain(KEY);
  });
});
