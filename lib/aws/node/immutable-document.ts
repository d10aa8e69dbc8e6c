import { SsmDocument } from '@cdktf/provider-aws/lib/ssm-document';
import { Fn, TerraformLocal } from 'cdktf';
import { Construct } from 'constructs';
import { generationOf } from '../../terraform/generation';

export interface ImmutableDocumentProps {
  /** What its name begins with. */
  readonly name: string;
  /** Another text for what else makes another document of the same content, if anything does. */
  readonly changes?: string;
  readonly content: object;
}

/**
 * A document of Systems Manager that never changes: another content is another document, whose name is another one each time. State Manager would run the
 * associations of one that changes by itself, all at once and unwaited for.
 */
export function immutableDocument(scope: Construct, { name, changes, content }: ImmutableDocumentProps): SsmDocument {
  const text = new TerraformLocal(scope, 'Content', Fn.jsonencode(content)).asString;
  const digest = [...(changes === undefined ? [] : [changes]), Fn.substr(Fn.sha256(text), 0, 12)].join('-');
  return new SsmDocument(scope, 'Document', {
    name: `${name}-${digest}-${generationOf(scope, 'Generation', digest)}`,
    documentType: 'Command',
    documentFormat: 'JSON',
    targetType: '/AWS::EC2::Instance',
    content: text,
    lifecycle: { createBeforeDestroy: true },
  });
}
