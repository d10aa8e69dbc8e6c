import { DataAwsIamPolicyDocument } from '@cdktf/provider-aws/lib/data-aws-iam-policy-document';
import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy';
import { IamUserPolicy } from '@cdktf/provider-aws/lib/iam-user-policy';
import { Construct } from 'constructs';
import { Grantee } from './grantee';
import { PolicyStatement, policyStatements } from './policy';

/** What was granted, and to whom. */
export class Grant extends Construct {
  /** Whom it was granted to. */
  public readonly grantee: Grantee;

  /** What was granted, as a policy document in JSON. */
  public readonly policyJson: string;

  /** @internal */
  public static _create(scope: Construct, id: string, grantee: Grantee, statements: PolicyStatement[]): Grant {
    return new Grant(scope, id, grantee, statements);
  }

  private constructor(scope: Construct, id: string, grantee: Grantee, statements: PolicyStatement[]) {
    super(scope, id);
    this.grantee = grantee;
    this.policyJson = new DataAwsIamPolicyDocument(this, 'Document', { statement: policyStatements(statements) }).json;
    if (grantee._kind === 'role') {
      new IamRolePolicy(this, 'Policy', { role: grantee.name, policy: this.policyJson });
    } else {
      new IamUserPolicy(this, 'Policy', { user: grantee.name, policy: this.policyJson });
    }
  }
}
