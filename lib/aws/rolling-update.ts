import { DataAwsInstances } from '@cdktf/provider-aws/lib/data-aws-instances';
import { SsmAssociation } from '@cdktf/provider-aws/lib/ssm-association';
import { SsmDocument } from '@cdktf/provider-aws/lib/ssm-document';
import { Fn, ITerraformDependable, Op, Token, conditional } from 'cdktf';
import { Construct } from 'constructs';
import { requireWholeNumber } from '../input';
import { QdrantNode } from './node';
import { NodePrograms } from './node/node-programs';

/** How changes reach the nodes. */
export interface RollingUpdateProps {
  /**
   * How many hours pass between two looks for rotated keys and certificates.
   *
   * @default 12
   */
  readonly refreshHours?: number;

  /**
   * How many minutes an apply waits for one node to serve again.
   *
   * @default 30
   */
  readonly nodeTimeoutMinutes?: number;

  /**
   * Restarts a node only while all others are ready. Switch it off to push out a change that mends a broken node.
   *
   * @default true
   */
  readonly requireReadyPeers?: boolean;
}

/**
 * Brings changes to the nodes, one node after the other, each once the one before it serves again.
 *
 * A Systems Manager document carries the programs and the release. Each node has an association that runs it; whatever changes the
 * document, or stops the instance, replaces the association, and Terraform waits for the new one to succeed. The instance of each node
 * depends on the association of the node before it, so that also what Terraform itself does to instances goes node by node. While
 * the cluster is first created nothing is waited for.
 * @internal
 */
export class RollingUpdate extends Construct {
  private readonly document: SsmDocument;
  private readonly existing: DataAwsInstances;
  private readonly options: Required<RollingUpdateProps>;
  private readonly clusterTag: { key: string; value: string };
  private previous?: SsmAssociation;

  public constructor(
    scope: Construct,
    id: string,
    programs: NodePrograms,
    clusterName: string,
    clusterTag: { key: string; value: string },
    props: RollingUpdateProps,
  ) {
    super(scope, id);
    this.clusterTag = clusterTag;
    this.options = {
      refreshHours: props.refreshHours ?? 12,
      nodeTimeoutMinutes: props.nodeTimeoutMinutes ?? 30,
      requireReadyPeers: props.requireReadyPeers ?? true,
    };
    requireWholeNumber(this, 'refreshHours', this.options.refreshHours, { min: 1, max: 168, unit: 'hours' });
    requireWholeNumber(this, 'nodeTimeoutMinutes', this.options.nodeTimeoutMinutes, { min: 5, max: 720, unit: 'minutes' });
    this.document = new SsmDocument(this, 'Document', {
      name: `${clusterTag.value}-qdrant-update`,
      documentType: 'Command',
      documentFormat: 'JSON',
      targetType: '/AWS::EC2::Instance',
      content: Fn.jsonencode(this.documentContent(programs, clusterName)),
    });
    this.existing = new DataAwsInstances(this, 'Existing', {
      instanceTags: { [clusterTag.key]: clusterTag.value },
      instanceStateNames: ['pending', 'running', 'stopping', 'stopped'],
    });
  }

  /** What the next node's instance waits for: that the node before it serves. */
  public get gate(): ITerraformDependable[] {
    return this.previous ? [this.previous] : [];
  }

  /** Adds a node, after those that were added before it. */
  public addNode(node: QdrantNode): void {
    this.previous = new SsmAssociation(this, `Node${node.node.id.replace(/\D/g, '')}`, {
      name: this.document.name,
      targets: [{ key: 'InstanceIds', values: [node.instanceId] }],
      parameters: { Peers: this.options.requireReadyPeers ? 'required' : 'ignored' },
      waitForSuccessTimeoutSeconds: Token.asNumber(
        conditional(Op.gte(Fn.lengthOf(this.existing.ids), 1), this.options.nodeTimeoutMinutes * 60, null),
      ),
      dependsOn: [...node._running, ...this.gate],
      lifecycle: {
        // Holds for the next replacement; a change of it alone asks nothing of a node.
        ignoreChanges: ['wait_for_success_timeout_seconds'],
        replaceTriggeredBy: [`${this.document.terraformResourceType}.${this.document.friendlyUniqueId}`, ...node._changes],
      },
    });
  }

  /** Looks for rotated keys and certificates on a schedule, one node at a time, and stops at the first that does not come back. */
  public addSchedule(): void {
    new SsmAssociation(this, 'Refresh', {
      name: this.document.name,
      targets: [{ key: `tag:${this.clusterTag.key}`, values: [this.clusterTag.value] }],
      parameters: { Peers: 'required' },
      scheduleExpression: this.options.refreshHours === 1 ? 'rate(1 hour)' : `rate(${this.options.refreshHours} hours)`,
      applyOnlyAtCronInterval: true,
      maxConcurrency: '1',
      maxErrors: '0',
      dependsOn: this.gate,
    });
  }

  private documentContent(programs: NodePrograms, clusterName: string) {
    return {
      schemaVersion: '2.2',
      description: `Brings a node of the Qdrant cluster ${clusterName} to the cluster's release`,
      parameters: {
        Peers: {
          type: 'String',
          description: 'Whether the other nodes must be ready before this one is restarted',
          allowedValues: ['required', 'ignored'],
          default: 'required',
        },
      },
      mainSteps: [
        {
          action: 'aws:runShellScript',
          name: 'updateNode',
          inputs: {
            timeoutSeconds: String(this.options.nodeTimeoutMinutes * 60),
            runCommand: programs.updateCommands('{{ Peers }}'),
          },
        },
      ],
    };
  }
}
