import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy';
import { IamUserPolicy } from '@cdktf/provider-aws/lib/iam-user-policy';
import { Construct } from 'constructs';
import { mean } from '../../observed/meant';
import { declareReader } from '../../posture/declarations';
import { Grantee } from './grantee';
import { CaBundle } from '../tls/ca-bundle';
import { policyJson, readCaBundles, readSecrets } from './policy';
import { Secret } from '../secrets/secret';

/** What is granted. @internal */
export interface GrantedSecrets {
  readonly keys: Secret[];
  readonly clientCa?: CaBundle;
}

/** A grant of permissions to a grantee. */
export class Grant extends Construct {
  /** The grantee. */
  public readonly grantee: Grantee;

  /** The ARN of the secret with the granted key. For the admin key, the secret that the nodes use. */
  public readonly keySecretArn: string;

  /** The ARN of the secret with the CA certificate, or undefined if it is stored elsewhere. */
  public readonly caCertificateSecretArn?: string;

  /** The granted permissions as a JSON policy document. */
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
    mean(
      grantee._kind === 'role'
        ? new IamRolePolicy(this, 'Policy', { role: grantee.name, policy: this.policyJson })
        : new IamUserPolicy(this, 'Policy', { user: grantee.name, policy: this.policyJson }),
    );
    declareReader({
      scope: this,
      reader: { kind: grantee._kind, principal: grantee.name },
      secrets: keys.map(({ arn }) => arn),
    });
  }
}
