import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy';
import { Construct } from 'constructs';
import { mean } from '../../observed/meant';
import { policyJson, writeSecrets } from '../grants/policy';
import { Secret } from '../secrets/secret';

export interface FoundingRightsProps {
  readonly roleName: string;
  /** The secrets that hold the cluster's own CA. */
  readonly secrets: Secret[];
  /** The ARN of the instance that founds the cluster. */
  readonly founderArn: string;
  /** The time at which the window closes in which it may. */
  readonly end: string;
}

/**
 * Lets only the founding node write the cluster's CA, and only during founding: otherwise an attacker on a node could replace the CA that all nodes
 * trust.
 *
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ExamplePolicies_EC2.html#iam-example-source-instance
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-currenttime
 */
export class FoundingRights extends Construct {
  public constructor(scope: Construct, id: string, props: FoundingRightsProps) {
    super(scope, id);
    const statements = writeSecrets(props.secrets, {
      ArnEquals: { 'ec2:SourceInstanceARN': [props.founderArn] },
      DateLessThan: { 'aws:CurrentTime': [props.end] },
    });
    const policy = new IamRolePolicy(this, 'Policy', {
      namePrefix: 'qdrant-founding-',
      role: props.roleName,
      policy: policyJson(statements),
    });
    mean(policy);
  }
}
