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
