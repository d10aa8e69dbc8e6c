import { DefaultTokenResolver, IPostProcessor, IResolvable, IResolveContext, StringConcat, TerraformStack } from 'cdktf';

/** What CDK for Terraform keeps of a reference to a resource, and does not show. */
interface Reference {
  readonly identifier: string;
  readonly originStack: TerraformStack;
}

/** Resolves references to what they refer to and the stack that it is of, wherever they stand; everything else as CDK for Terraform does. */
export class ReferenceResolver extends DefaultTokenResolver {
  /** @param written what a reference becomes */
  public constructor(private readonly written: (reference: Reference, context: IResolveContext) => string) {
    super(new StringConcat());
  }

  public resolveToken(token: IResolvable, context: IResolveContext, postProcessor: IPostProcessor): any {
    const { identifier, originStack } = token as unknown as Partial<Reference>;
    const isReference = typeof identifier === 'string' && TerraformStack.isStack(originStack);
    if (!isReference) return super.resolveToken(token, context, postProcessor);
    return this.written({ identifier, originStack }, context);
  }
}
