import { DefaultTokenResolver, StringConcat, Tokenization } from 'cdktf';
import { Construct } from 'constructs';
import { isUnknown } from '../input';

/** A value as a reader knows it: itself, or where it comes from in Terraform while it is not known yet. */
export function readableName(scope: Construct, value: string): string {
  if (!isUnknown(value)) return value;
  const resolver = new DefaultTokenResolver(new StringConcat());
  const expression = String(Tokenization.resolve(value, { scope, resolver, preparing: false }));
  return expression.replace(/^\$\{(.*)\}$/, '$1');
}

/** A value as part of a construct's id: the same for the same value, in whatever order values are given. */
export function idFor(scope: Construct, value: string): string {
  return readableName(scope, value).replace(/[^A-Za-z0-9]+/g, '-');
}
