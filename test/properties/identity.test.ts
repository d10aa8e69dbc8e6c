import { Construct } from 'constructs';
import { App, TerraformStack, TerraformVariable } from 'cdktf';
import { idFor, identityOf, nameFor } from '../../lib/terraform/identity';

const scope = new Construct(new TerraformStack(new App(), 'stack'), 'Cluster');

test.each([
  ['an id', idFor],
  ['a name', nameFor],
])('a value that is written as %s of another one has another', (_what, idOf) => {
  for (const value of ['search/api-worker', 'search service', 'é']) {
    const id = idOf(scope, value);
    expect(idOf(scope, id)).not.toBe(id);
  }
});

test('a value is the same in whatever order its members are given', () => {
  expect(idFor(scope, 'pods', { app: 'search', tier: 'web' })).toBe(idFor(scope, 'pods', { tier: 'web', app: 'search' }));
  expect(idFor(scope, 'pods', { app: 'search', tier: 'web' })).not.toBe(idFor(scope, 'pods', { app: 'web', tier: 'search' }));
});

test('a reference names its stack, save seen from there: an app names each', () => {
  const app = new App();
  const [one, other] = ['one', 'other'].map((id) => new TerraformStack(app, id));
  const { value } = new TerraformVariable(one, 'host', {});
  expect(identityOf(app, value)).toBe(identityOf(other, value));
  expect(identityOf(one, value)).not.toBe(identityOf(other, value));
  expect(identityOf(app, new TerraformVariable(other, 'host', {}).value)).not.toBe(identityOf(app, value));
});
