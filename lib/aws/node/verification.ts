import { DataAwsPartition } from '@cdktf/provider-aws/lib/data-aws-partition';
import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy';
import { SsmAssociation } from '@cdktf/provider-aws/lib/ssm-association';
import { SsmDocument } from '@cdktf/provider-aws/lib/ssm-document';
import { Fn, ITerraformDependable, TerraformLocal } from 'cdktf';
import { Construct, IConstruct } from 'constructs';
import { createHash } from 'node:crypto';
import { bundledProgram } from '../../cluster/bundled-program';
import { checkVerification, VERIFICATION_IMAGE, verificationArguments } from '../../cluster/verification';
import { badInput, isUnknown } from '../../input/input';
import { requireInstanceIfGiven } from '../../input/nominal';
import { changesOf } from '../../terraform/changes-of';
import { literalText } from '../../terraform/literal-text';
import { PolicyStatement, policyJson, readSecrets } from '../grants/policy';
import { Secret } from '../secrets/secret';
import { ecrRepository } from './ecr-image';
import { immutableDocument } from './immutable-document';
import { QdrantNode } from './node';
import { installVerifier, runVerifier } from './node-programs';
import { pullImages } from './node-role';
import { refuseVerificationThatDoesNotFit } from './size-limits';
import { VERIFY_AFTER_APPLY_OPTIONS, VerifyAfterApplyProps } from './verification-options';

/** A node may reach what nobody else may, and itself by every port. */
const SEEN_FROM_NODES = ['--inside', '--skip', 'behind-the-guard'];
/** Until a new machine asks Systems Manager what there is to do. */
const MINUTES_TO_REGISTER = 5;
/** For a new machine to boot and to found or join its cluster, and for the image to be pulled. */
const MINUTES_TO_SERVE = 20;
const MINUTES_OF_A_NODE = 2;

/** Resources whose content nodes take up, while those that name them stay as they are. */
function isReadByNodes(type: string): boolean {
  return type === 'aws_secretsmanager_secret';
}

/** A cluster that is verified. */
export interface VerifiedCluster {
  readonly cluster: IConstruct;
  readonly clusterName: string;
  readonly clusterId: string;
  readonly roleName: string;
  readonly nodes: QdrantNode[];
  readonly grpc: boolean;
  readonly metricsPort?: number;
  readonly hasReadOnlyKey: boolean;
  /** Done once every node serves, and may be reached by the others. */
  readonly after: ITerraformDependable[];
}

/**
 * Has Terraform attack the cluster once all of an apply is done, and fail where it finds what is open.
 *
 * The last node does so, by an association of Systems Manager that waits for its success. It is made anew, with its document, for every apply that changes the
 * cluster. It is waited for also when the cluster is first created, as nothing has looked at the cluster before.
 */
export class Verification extends Construct {
  public constructor(
    scope: Construct,
    id: string,
    private readonly props: VerifyAfterApplyProps,
    private readonly verified: VerifiedCluster,
  ) {
    super(scope, id);
    this.check();
    const { digest, triggers } = changesOf(verified.cluster, this, isReadByNodes);
    const content = this.documentContent();
    // Another document for other changes, too, as an association of another document is another one.
    const document = immutableDocument(this, { name: `qdrant-${verified.clusterId}-verify`, changes: digest, content });
    this.makeAssociation(document, triggers, [...verified.after, ...this.makeRights()]);
  }

  private check(): void {
    const { props } = this;
    checkVerification(this, props, VERIFY_AFTER_APPLY_OPTIONS);
    const { clientCertificateSecret: secret } = props;
    const example = 'clientCertificateSecret: Secret.fromArn(secret.arn)';
    requireInstanceIfGiven(this, 'clientCertificateSecret', secret, Secret, example);
    if (secret?.jsonField === undefined) return;
    throw badInput(this, {
      given: `clientCertificateSecret with the jsonField "${secret.jsonField}"`,
      allowed: 'a secret whose whole text is a JSON object with certificate and private_key',
      instead: example,
    });
  }

  /** Of the node's role, as it has it only where its cluster is verified. */
  private makeRights(): ITerraformDependable[] {
    const { clientCertificateSecret: secret, image = VERIFICATION_IMAGE } = this.props;
    const repository = ecrRepository(image);
    const statements: PolicyStatement[] = [
      ...(secret ? readSecrets([secret]) : []),
      ...(repository ? pullImages(repository, new DataAwsPartition(this, 'Partition').partition) : []),
    ];
    if (statements.length === 0) return [];
    return [
      new IamRolePolicy(this, 'Rights', {
        namePrefix: 'qdrant-verify-',
        role: this.verified.roleName,
        policy: policyJson(statements),
      }),
    ];
  }

  private documentContent() {
    const program = bundledProgram('verify');
    const install = installVerifier();
    const args = this.programArguments(createHash('sha256').update(program).digest('hex'));
    refuseVerificationThatDoesNotFit(this, program, `${install}${runVerifier(args, '')}`);
    // Values of their own, as CDK for Terraform does not escape the quotes of a text that a function is given.
    const local = (id: string, text: string) => new TerraformLocal(this, id, literalText(text)).asString;
    return {
      schemaVersion: '2.2',
      description: `Attacks the Qdrant cluster ${this.verified.clusterName}, and tells what is open`,
      mainSteps: [
        {
          action: 'aws:runShellScript',
          name: 'verifyCluster',
          inputs: {
            timeoutSeconds: String(this.minutes * 60),
            runCommand: [local('Script', install), runVerifier(args, Fn.base64gzip(local('Program', program)))],
          },
        },
      ],
    };
  }

  private makeAssociation(document: SsmDocument, replaceTriggeredBy: string[], dependsOn: ITerraformDependable[]): void {
    const { nodes } = this.verified;
    new SsmAssociation(this, 'Association', {
      name: document.name,
      targets: [{ key: 'InstanceIds', values: [nodes[nodes.length - 1].instanceId] }],
      waitForSuccessTimeoutSeconds: (this.minutes + MINUTES_TO_REGISTER) * 60,
      dependsOn,
      lifecycle: { replaceTriggeredBy },
    });
  }

  private get minutes(): number {
    return this.props.timeoutMinutes ?? MINUTES_TO_SERVE + MINUTES_OF_A_NODE * this.verified.nodes.length;
  }

  /** What the program of the node takes; none of it is a secret. It ends before Systems Manager would end it. */
  private programArguments(digest: string): string[] {
    const { hasReadOnlyKey, grpc, metricsPort } = this.verified;
    const { image = VERIFICATION_IMAGE, clientCertificateSecret: secret } = this.props;
    const key = hasReadOnlyKey ? 'read_only_api_key' : 'api_key';
    const keyOption = hasReadOnlyKey ? 'read-only-key-file' : 'api-key-file';
    const presentsCertificate = secret !== undefined;
    return [
      ...[String(this.minutes * 60 - 30), quotable(image), digest, key, secret?.arn ?? ''],
      ...verificationArguments(this, this.props, { hosts: [], grpc, metricsPort, keyOption, presentsCertificate }),
      ...['--quiet', ...SEEN_FROM_NODES],
    ];
  }
}

/** What only Terraform knows has no quote either. */
function quotable(image: string): string {
  return isUnknown(image) ? Fn.regex('^[A-Za-z0-9._:/@-]+$', image) : image;
}
