import { DefaultTokenResolver, StringConcat, Tokenization } from 'cdktf';
import { IConstruct } from 'constructs';
import { isUnknown } from '../input/input';

/** A value as a reader knows it: itself, or where it comes from in Terraform while it is not known yet. */
export function readableName(scope: IConstruct, value: string): string {
  if (!isUnknown(value)) return value;
  const resolver = new DefaultTokenResolver(new StringConcat());
  const expression = String(Tokenization.resolve(value, { scope, resolver, preparing: false }));
  return expression.replace(/^\$\{(.*)\}$/, '$1');
}
