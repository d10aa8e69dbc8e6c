import { DataAwsPartition } from '@cdktf/provider-aws/lib/data-aws-partition';
import { DataAwsIamPolicyDocument } from '@cdktf/provider-aws/lib/data-aws-iam-policy-document';
import { IamInstanceProfile } from '@cdktf/provider-aws/lib/iam-instance-profile';
import { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy';
import { Construct } from 'constructs';
import { CaBundle } from '../tls/ca-bundle';
import { EcrRepository } from './ecr-image';
import { PolicyStatement, policyJson, readCaBundles, readSecrets } from '../grants/policy';
import { Secret } from '../secrets/secret';

export interface NodeRoleProps {
  readonly clusterName: string;
  readonly reads: Secret[];
  readonly bundles: CaBundle[];
  /** The CA in AWS Private CA that issues the nodes' certificates. */
  readonly issuesFrom?: string;
  /** The private repository that the server's image comes from. */
  readonly pullsFrom?: EcrRepository;
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
    const partition = new DataAwsPartition(this, 'Partition').partition;
    const role = new IamRole(this, 'Role', {
      namePrefix: `${props.clusterName}-node-`,
      description: `Nodes of the Qdrant cluster ${props.clusterName}`,
      assumeRolePolicy: trust.json,
    });
    this.policy = new IamRolePolicy(this, 'Policy', {
      namePrefix: 'qdrant-node-',
      role: role.id,
      policy: policyJson(statements(props, partition)),
    });
    const profile = new IamInstanceProfile(this, 'InstanceProfile', {
      namePrefix: `${props.clusterName}-node-`,
      role: role.name,
    });
    this.roleName = role.name;
    this.instanceProfileName = profile.name;
  }
}

function statements(props: NodeRoleProps, partition: string): PolicyStatement[] {
  return [
    ...readSecrets(props.reads),
    ...readCaBundles(props.bundles),
    ...(props.issuesFrom ? issueCertificates(props.issuesFrom, partition) : []),
    ...(props.pullsFrom ? pullImages(props.pullsFrom, partition) : []),
    beManaged,
  ];
}

function issueCertificates(authority: string, partition: string): PolicyStatement[] {
  return [
    {
      sid: 'IssueNodeCertificates',
      actions: ['acm-pca:IssueCertificate'],
      resources: [authority],
      when: { StringEquals: { 'acm-pca:TemplateArn': [`arn:${partition}:acm-pca:::template/EndEntityCertificate/V1`] } },
    },
    {
      sid: 'FetchNodeCertificates',
      actions: ['acm-pca:DescribeCertificateAuthority', 'acm-pca:GetCertificate', 'acm-pca:GetCertificateAuthorityCertificate'],
      resources: [authority],
    },
  ];
}

/**
 * Pulls from one repository. The token to log in with is the account's, and can be limited to no repository.
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerregistry.html
 */
export function pullImages({ account, region, name }: EcrRepository, partition: string): PolicyStatement[] {
  return [
    { sid: 'LogInToRegistry', actions: ['ecr:GetAuthorizationToken'], resources: ['*'] },
    {
      sid: 'PullImages',
      actions: ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
      resources: [`arn:${partition}:ecr:${region}:${account}:repository/${name}`],
    },
  ];
}

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
