import { conditional, Fn, Op, TerraformLocal, TerraformStack, TerraformVariable } from 'cdktf';
import { ValidateTerraformVersion } from 'cdktf/lib/validations/validate-terraform-version';
import * as fc from 'fast-check';
import { aws } from '../../lib';
import { once } from '../../lib/terraform/once';
import { runs } from '../support/properties';
import { minimal, synth, synthStack } from '../support/synth';

/** Text as users give it, with what Terraform and CDK for Terraform take for something else. */
const texts = fc
  .array(fc.constantFrom('a', ' ', '"', '\n', '${', '}', '%{', '\\', "'", '1e+9', 'é', '{{ Peers }}'), { maxLength: 4 })
  .map((parts) => parts.join(''));
const references = fc.constantFrom('text', 'number', 'list', 'beside', 'number beside', 'function', 'any');
const leaves = fc.oneof(
  texts.map((text) => ({ text })),
  references.map((reference) => ({ reference })),
  fc.constantFrom(0, 5, -1, 1.5, true, false).map((plain) => ({ plain })),
);
const { value: values } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaves,
    fc.array(tie('value'), { maxLength: 3 }).map((items) => ({ items })),
    fc.dictionary(fc.constantFrom('name', 'a b', '-'), tie('value'), { maxKeys: 3 }).map((members) => ({ members })),
  ),
}));

/** What was drawn, as a value of a stack. */
function valueIn(stack: TerraformStack, drawn: any, nest: (value: any) => any): any {
  const variable = stack.node.findChild('variable') as TerraformVariable;
  const inner = (one: any) => valueIn(stack, one, nest);
  if ('items' in drawn) return nest(drawn.items.map(inner));
  if ('members' in drawn) {
    return nest(Object.fromEntries(Object.entries(drawn.members).map(([name, item]) => [name, inner(item)])));
  }
  if ('reference' in drawn) {
    return {
      text: variable.stringValue,
      number: variable.numberValue,
      list: variable.listValue,
      beside: `a ${variable.stringValue} b`,
      'number beside': `a ${variable.numberValue} b`,
      function: Fn.sha256(variable.stringValue),
      any: variable.value,
    }[drawn.reference as string];
  }
  return 'text' in drawn ? drawn.text : drawn.plain;
}

/** How an expression is written in a stack, or what is thrown; and whether CDK for Terraform complains of it. */
function written(expressionIn: (stack: TerraformStack) => any): { text?: string; isWarnedOf?: boolean; error?: string } {
  const log = jest.spyOn(console, 'warn').mockImplementation(() => {});
  try {
    const stack = synthStack((made) => {
      new TerraformVariable(made, 'variable', {});
      new TerraformLocal(made, 'local', expressionIn(made));
    });
    return { text: stack.json.locals.local, isWarnedOf: log.mock.calls.length > 0 };
  } catch (error) {
    return { error: (error as Error).name };
  } finally {
    log.mockRestore();
  }
}

test('whatever is resolved once is written as ever', () => {
  fc.assert(
    fc.property(values, (drawn) => {
      const functions = (nest: (value: any) => any) => (stack: TerraformStack) =>
        Fn.jsonencode(nest({ a: valueIn(stack, drawn, nest) }));
      expect(written(functions(once))).toEqual(written(functions((value) => value)));
    }),
    runs(60),
  );
});

test('so are conditions, numbers and lists', () => {
  const conditionOf = (nest: (value: any) => any) => (stack: TerraformStack) => {
    const variable = stack.node.findChild('variable') as TerraformVariable;
    const count = nest(Op.add(nest(Fn.lengthOf(nest(Fn.distinct(variable.listValue)))), nest(variable.numberValue)));
    return conditional(nest(Op.and(nest(Op.gte(count, 1)), nest(Op.not(variable.booleanValue)))), 'yes', nest(Fn.timestamp()));
  };
  expect(written(conditionOf(once))).toEqual(written(conditionOf((value) => value)));
  expect(written(conditionOf(once)).text).toMatch(/^\$\{.*length\(distinct\(var\.variable\)\) \+ var\.variable\) >= 1.*\}$/);
});

test('the installed Terraform is asked for its version once for an app, however many clusters it has', () => {
  const asked = jest.spyOn(ValidateTerraformVersion.prototype, 'validate');
  try {
    synth((stack) =>
      ['one', 'two', 'three'].forEach((clusterName) => new aws.QdrantCluster(stack, clusterName, { ...minimal, clusterName })),
    );
    expect(asked).toHaveBeenCalledTimes(1);
  } finally {
    asked.mockRestore();
  }
});
