import { TerraformDataSource, TerraformElement, TerraformLocal, TerraformResource, TerraformStack } from 'cdktf';

/** The argument of a StatefulSet that tells what its pods run. */
export const POD_SPEC = 'spec.template.spec';

/** The arguments that tell what a server is and who reads its secrets, each by its path. What else a resource is given is of no concern. */
const ARGUMENTS: { [type: string]: string[] } = {
  aws_instance: ['ami', 'user_data', 'user_data_base64', 'launch_template'],
  aws_ssm_document: ['content'],
  aws_ssm_association: ['name', 'document_version', 'targets'],
  aws_iam_role_policy: ['role', 'policy'],
  aws_iam_user_policy: ['user', 'policy'],
  kubernetes_config_map_v1: ['data', 'binary_data'],
  kubernetes_stateful_set_v1: [POD_SPEC],
};

const meanings = new WeakMap<TerraformElement, unknown>();

/** Whether there is a resource that the library makes among those of a type. */
export function maybeMeant(type: string): boolean {
  return type in ARGUMENTS;
}

/** Writes down what its construct makes of an element, before others change it. */
export function mean(...elements: TerraformElement[]): void {
  for (const element of elements) meanings.set(element, concernIn(element, valuesOf(element)));
}

/** As `mean`, of one argument that its construct makes otherwise later: what others have changed of it since stays a difference. */
export function meanOtherwise(element: TerraformElement, path: string, change: (meant: any) => any): void {
  const meant = meaningOf(element);
  if (meant !== undefined) meanings.set(element, { ...meant, [path]: change(meant[path]) });
}

/** What an element was meant to be, tokens included; undefined where it is not one of the library. */
export function meaningOf(element: TerraformElement): any {
  return meanings.get(element);
}

/** Whether an element is what its construct made of it. */
export function isAsMeant(element: TerraformElement, values: unknown = valuesOf(element)): boolean {
  return meanings.has(element) && isSame(meanings.get(element), concernIn(element, values));
}

/** What of a resource is compared. */
export function concernOf(type: string, values: any): any {
  const paths = ARGUMENTS[type];
  if (paths === undefined) return values;
  return Object.fromEntries(paths.map((path) => [path, path.split('.').reduce((inner, name) => inner?.[name], values)]));
}

function concernIn(element: TerraformElement, values: any): unknown {
  return concernOf((element as TerraformResource).terraformResourceType, values);
}

/** An element as it would be synthesized, save what its stack overrides of it. */
function valuesOf(element: TerraformElement): any {
  const { friendlyUniqueId: name } = element;
  if (element instanceof TerraformLocal) return element.toTerraform().locals[name];
  const { terraformResourceType: type } = element as TerraformResource;
  const { resource, data } = element.toTerraform();
  return (TerraformDataSource.isTerraformDataSource(element) ? data : resource)?.[type]?.[name];
}

/** Values as they are written in code, with tokens in them. One that is left out is as one that is not given. */
function isSame(one: any, other: any): boolean {
  if (one === other) return true;
  if (one === null || other === null || typeof one !== 'object' || typeof other !== 'object') return false;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  names.delete('//');
  return [...names].every((name) => isSame(one[name], other[name]));
}

/** What stacks put in the place of a local, past its construct. */
export function overriddenLocal(local: TerraformLocal): unknown {
  const { rawOverrides } = TerraformStack.of(local) as unknown as { rawOverrides?: { locals?: { [name: string]: unknown } } };
  return rawOverrides?.locals?.[local.friendlyUniqueId];
}
