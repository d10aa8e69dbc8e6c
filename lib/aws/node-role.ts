import { DataAwsIamPolicyDocument } from '@cdktf/provider-aws/lib/data-aws-iam-policy-document';
import { IamInstanceProfile } from '@cdktf/provider-aws/lib/iam-instance-profile';
import { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy';
import { Construct } from 'constructs';
import { CaBundle } from './ca-bundle';
import { PolicyStatement, policyStatements, readCaBundles, readSecrets, writeSecrets } from './policy';
import { Secret } from './secret';

export interface NodeRoleProps {
  readonly clusterName: string;
  readonly reads: Secret[];
  readonly writes: Secret[];
  readonly bundles: CaBundle[];
  /** The authority of AWS Private CA that issues the nodes' certificates. */
  readonly issuesFrom?: string;
  /** Whether the server's image comes from a private registry of the account. */
  readonly pullsFromEcr: boolean;
}

/**
 * The role that the nodes run with: it reads the cluster's secrets and no others, and lets Systems Manager manage the node.
 */
export class NodeRole extends Construct {
  public readonly roleName: string;
  public readonly instanceProfileName: string;
  /** What an instance depends on, so that it never runs without its rights. */
  public readonly policy: IamRolePolicy;

  public constructor(scope: Construct, id: string, props: NodeRoleProps) {
    super(scope, id);
    const trust = new DataAwsIamPolicyDocument(this, 'Trust', {
      statement: [{ actions: ['sts:AssumeRole'], principals: [{ type: 'Service', identifiers: ['ec2.amazonaws.com'] }] }],
    });
    const rights = new DataAwsIamPolicyDocument(this, 'Rights', { statement: policyStatements(statements(props)) });
    const role = new IamRole(this, 'Role', {
      namePrefix: `${props.clusterName}-node-`,
      description: `Nodes of the Qdrant cluster ${props.clusterName}`,
      assumeRolePolicy: trust.json,
    });
    this.policy = new IamRolePolicy(this, 'Policy', { namePrefix: 'qdrant-node-', role: role.id, policy: rights.json });
    const profile = new IamInstanceProfile(this, 'InstanceProfile', {
      namePrefix: `${props.clusterName}-node-`,
      role: role.name,
    });
    this.roleName = role.name;
    this.instanceProfileName = profile.name;
  }
}

function statements(props: NodeRoleProps): PolicyStatement[] {
  return [
    ...readSecrets(props.reads),
    ...writeSecrets(props.writes),
    ...readCaBundles(props.bundles),
    ...(props.issuesFrom ? issueCertificates(props.issuesFrom) : []),
    ...(props.pullsFromEcr ? [pullImages] : []),
    beManaged,
  ];
}

function issueCertificates(authority: string): PolicyStatement[] {
  return [
    {
      sid: 'IssueNodeCertificates',
      actions: ['acm-pca:IssueCertificate'],
      resources: [authority],
      when: { 'acm-pca:TemplateArn': ['arn:aws:acm-pca:::template/EndEntityCertificate/V1'] },
    },
    {
      sid: 'FetchNodeCertificates',
      actions: ['acm-pca:DescribeCertificateAuthority', 'acm-pca:GetCertificate', 'acm-pca:GetCertificateAuthorityCertificate'],
      resources: [authority],
    },
  ];
}

const pullImages: PolicyStatement = {
  sid: 'PullImages',
  actions: ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetAuthorizationToken', 'ecr:GetDownloadUrlForLayer'],
  resources: ['*'],
};

/**
 * What the agent of Systems Manager needs for Run Command, State Manager and Session Manager. AWS's managed policy for it also reads
 * every parameter of the account, which these nodes have no need of. None of these actions can be limited to a resource.
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/systems-manager-setting-up-messageAPIs.html
 */
const beManaged: PolicyStatement = {
  sid: 'BeManagedBySystemsManager',
  actions: [
    'ec2messages:AcknowledgeMessage',
    'ec2messages:DeleteMessage',
    'ec2messages:FailMessage',
    'ec2messages:GetEndpoint',
    'ec2messages:GetMessages',
    'ec2messages:SendReply',
    'ssm:DescribeAssociation',
    'ssm:DescribeDocument',
    'ssm:GetDocument',
    'ssm:ListAssociations',
    'ssm:ListInstanceAssociations',
    'ssm:UpdateAssociationStatus',
    'ssm:UpdateInstanceAssociationStatus',
    'ssm:UpdateInstanceInformation',
    'ssmmessages:CreateControlChannel',
    'ssmmessages:CreateDataChannel',
    'ssmmessages:OpenControlChannel',
    'ssmmessages:OpenDataChannel',
  ],
  resources: ['*'],
};
