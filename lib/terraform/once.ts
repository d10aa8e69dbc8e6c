import { IResolvable, IResolveContext, rawString, Token, Tokenization } from 'cdktf';

/** Every expression of CDK for Terraform can write a value that is within one, and none shows it. */
const writer = rawString('') as unknown as { resolveArg(context: IResolveContext, value: unknown): unknown };

/** A reference of CDK for Terraform, and nothing beside it. */
const REFERENCE = /^\$\{TfToken\[[^\]]*\]\}$/;
/** What it looks for in a text: references, numbers that stand for one, and what begins an expression. */
const SPECIAL = /[$%]\{|TfToken\[|e\+\d/;

/**
 * An expression, an object or a list for use in another expression, which is written as ever and resolved once.
 *
 * CDK for Terraform resolves what is in an expression twice, save texts; hence what is in three others eight times, and every synthesis does so twice.
 */
export function once(value: unknown): any {
  if (!isList(value) && !isObject(value)) return Token.asString(expressionOf(value));
  return isWrittenAlike(value) ? Token.asString(new Literal(value)) : value;
}

/** What stands behind a number or a list of CDK for Terraform's; anything else is itself. */
function expressionOf(value: unknown): unknown {
  if (typeof value === 'number') return Tokenization.reverseNumber(value) ?? value;
  return Array.isArray(value) ? Tokenization.reverseList(value) : value;
}

/** An object or a list as Terraform writes it, part by part. */
class Literal implements IResolvable {
  public readonly creationStack: string[] = [];

  public constructor(private readonly value: unknown) {}

  public resolve(context: IResolveContext): string {
    return textOf(this.value, context);
  }

  public toString(): string {
    return Token.asString(this);
  }
}

function textOf(value: unknown, context: IResolveContext): string {
  if (isList(value)) return `[${value.map((item) => textOf(item, context)).join(', ')}]`;
  if (!isObject(value)) return String(writer.resolveArg(context, value));
  return `{${Object.entries(value)
    .map(([name, item]) => `"${name}" = ${textOf(item, context)}`)
    .join(', ')}}`;
}

/** What is written beside a reference in one text is resolved once more when all is written, and is left to CDK for Terraform. */
function isWrittenAlike(value: unknown): boolean {
  if (isList(value)) return value.every(isWrittenAlike);
  if (isObject(value))
    return Object.keys(value).every((name) => !SPECIAL.test(name)) && Object.values(value).every(isWrittenAlike);
  if (typeof value === 'string') return REFERENCE.test(value) || !SPECIAL.test(value);
  return typeof value === 'number' || typeof value === 'boolean';
}

/** One that is written item by item: none that stands for an expression. */
function isList(value: unknown): value is unknown[] {
  return Array.isArray(value) && !Token.isUnresolved(value);
}

function isObject(value: unknown): value is object {
  return (
    value !== null &&
    typeof value === 'object' &&
    Object.getPrototypeOf(value) === Object.prototype &&
    !Token.isUnresolved(value)
  );
}
