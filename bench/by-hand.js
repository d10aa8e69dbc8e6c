/**
 * The same resources, by hand: what the library synthesizes for one cluster is read back and made again through the provider's own classes, once for
 * each cluster, with the same arguments, and a reference wherever the library has one. What it leaves out is what the library adds: checks, the posture, and the rendering of what nodes run.
 */
const { readdirSync, readFileSync } = require('node:fs');
const { dirname, join } = require('node:path');
const { measure } = require('./measure');

const [clusters, outdir] = [Number(process.argv[2]), process.argv[3]];
const template = JSON.parse(readFileSync(join(__dirname, 'cdktf.out', 'stacks', 'vectors', 'cdk.tf.json'), 'utf8'));
const providerLib = join(dirname(require.resolve('@cdktf/provider-aws/package.json')), 'lib');
const modules = new Set(readdirSync(providerLib));

const camel = (name) => name.replace(/_(\w)/g, (_, letter) => letter.toUpperCase());
const pascal = (name) => name.replace(/(?:^|_)(\w)/g, (_, letter) => letter.toUpperCase());
const NESTED = ['lifecycle', 'tags', 'parameters', 'instanceTags'];

/** Arguments as the provider's classes name them. */
function toProps(value, key) {
  if (Array.isArray(value)) return value.map((item) => toProps(item));
  if (value === null || typeof value !== 'object' || NESTED.includes(key)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => name !== '//' && name !== 'depends_on' && name !== 'lifecycle')
      .map(([name, inner]) => [camel(name), toProps(inner, camel(name))]),
  );
}

/** The provider's; Terraform's own are in cdktf. */
function classes(kind, prefix) {
  const ofProvider = Object.entries(template[kind]).filter(([type]) => type.startsWith('aws_'));
  return ofProvider.map(([type, resources]) => {
    const name = type.replace(/^aws_/, '');
    const module = `${prefix ? `${prefix}-` : ''}${name.replace(/_/g, '-')}`;
    const found = modules.has(module)
      ? module
      : [...modules].find((candidate) => candidate.replace(/-/g, '') === module.replace(/-/g, ''));
    return {
      found,
      className: prefix ? `DataAws${pascal(name)}` : pascal(name),
      resources: Object.values(resources).map((r) => toProps(r)),
    };
  });
}
const wanted = [...classes('resource', ''), ...classes('data', 'data-aws')];
const locals = Object.values(template.locals);
const data = Object.values(template.resource.terraform_data ?? {});

/** References as a hand-written program has them: attributes of a resource, not text. */
function withReferences(value, resource) {
  if (typeof value === 'string') return value.includes('${') ? resource.getStringAttribute('id') : value;
  if (Array.isArray(value)) return value.map((item) => withReferences(item, resource));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, withReferences(inner, resource)]));
}

measure(() => {
  const { App, DataResource, TerraformLocal, TerraformStack } = require('cdktf');
  const { AwsProvider } = require('@cdktf/provider-aws/lib/provider');
  const made = wanted.map(({ found, className, resources }) => ({
    type: require(`@cdktf/provider-aws/lib/${found}`)[className],
    resources,
  }));
  if (clusters === 0) return;

  const app = new App({ outdir });
  const stack = new TerraformStack(app, 'vectors');
  new AwsProvider(stack, 'Aws', { region: 'eu-west-1' });
  const { SecurityGroup } = require('@cdktf/provider-aws/lib/security-group');
  const referred = new SecurityGroup(stack, 'Referred');
  for (let index = 0; index < clusters; index++) {
    let serial = 0;
    for (const value of locals) new TerraformLocal(stack, `Local${index}-${serial++}`, value);
    for (const { input } of data) new DataResource(stack, `Data${index}-${serial++}`, { input });
    for (const { type, resources } of made)
      for (const props of resources) new type(stack, `R${index}-${serial++}`, withReferences(props, referred));
  }
  app.synth();
});
