import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy';
import { IamUserPolicy } from '@cdktf/provider-aws/lib/iam-user-policy';
import { Construct } from 'constructs';
import { Grantee } from './grantee';
import { CaBundle } from '../tls/ca-bundle';
import { policyJson, readCaBundles, readSecrets } from './policy';
import { Secret } from '../secrets/secret';

/** What is granted. @internal */
export interface GrantedSecrets {
  readonly keys: Secret[];
  readonly clientCa?: CaBundle;
}

/** What was granted, and to whom. */
export class Grant extends Construct {
  /** Whom it was granted to. */
  public readonly grantee: Grantee;

  /** The ARN of the secret that holds the key that was granted; of the admin key the one that the nodes use themselves. */
  public readonly keySecretArn: string;

  /** The ARN of the secret with the CA certificate, or undefined if it is stored elsewhere. */
  public readonly caCertificateSecretArn?: string;

  /** What was granted, as a policy document in JSON. */
  public readonly policyJson: string;

  /** @internal */
  public static _create(scope: Construct, id: string, grantee: Grantee, granted: GrantedSecrets): Grant {
    return new Grant(scope, id, grantee, granted);
  }

  private constructor(scope: Construct, id: string, grantee: Grantee, granted: GrantedSecrets) {
    super(scope, id);
    const { keys, clientCa } = granted;
    this.grantee = grantee;
    this.keySecretArn = keys[0].arn;
    this.caCertificateSecretArn = clientCa?._source.secret?.arn;
    const statements = [...readSecrets(keys), ...readCaBundles(clientCa ? [clientCa] : [])];
    this.policyJson = policyJson(statements);
    if (grantee._kind === 'role') {
      new IamRolePolicy(this, 'Policy', { role: grantee.name, policy: this.policyJson });
    } else {
      new IamUserPolicy(this, 'Policy', { user: grantee.name, policy: this.policyJson });
    }
  }
}
