import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy';
import { Construct } from 'constructs';
import { policyJson, writeSecrets } from '../grants/policy';
import { Secret } from '../secrets/secret';

export interface FoundingRightsProps {
  readonly roleName: string;
  /** The secrets that the cluster's own authority is kept in. */
  readonly secrets: Secret[];
  /** The ARN of the instance that founds the cluster. */
  readonly founderArn: string;
  /** The time at which the window closes in which it may. */
  readonly end: string;
}

/**
 * Lets the node that founds the cluster, and no other, write the cluster's authority, while it is founded and not later: whoever breaks into a node
 * could else replace the authority that all of them believe.
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
    new IamRolePolicy(this, 'Policy', {
      namePrefix: 'qdrant-founding-',
      role: props.roleName,
      policy: policyJson(statements),
    });
  }
}
