import { Construct } from 'constructs';
import { App, TerraformStack } from 'cdktf';
import { idFor, nameFor } from '../../lib/terraform/identity';

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
