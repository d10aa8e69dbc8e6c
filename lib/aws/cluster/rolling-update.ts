import { SsmAssociation } from '@cdktf/provider-aws/lib/ssm-association';
import { SsmDocument } from '@cdktf/provider-aws/lib/ssm-document';
import { ITerraformDependable, Op, Token, conditional } from 'cdktf';
import { Construct } from 'constructs';
import { immutableDocument } from '../node/immutable-document';
import { QdrantNode } from '../node/node';
import { NodePrograms } from '../node/node-programs';
import { OptionNames } from '../../input/options';
import { once } from '../../terraform/once';

/** How changes are rolled out to the nodes. */
export interface RollingUpdateProps {
  /**
   * How often, in hours, a node checks for rotated keys and certificates. Certificates are renewed when a third of their
   * validity is left; at least three checks must fit into that time, and so must one check and a round of turns
   * (2 x `nodeCount` x `turnSeconds`).
   *
   * @default - 12, or less where certificates are valid for less than five days or turns are long
   */
  readonly refreshHours?: number;

  /**
   * How long, in minutes, an apply waits for a node to become ready again. A node may wait for two turns before it restarts.
   *
   * @default 30
   */
  readonly nodeTimeoutMinutes?: number;

  /**
   * The length of a turn in seconds, from 60 to 3600. Nodes restart only in their own turn, so that no two nodes are down at
   * the same time. A turn must be longer than a node usually takes to become ready again.
   *
   * @default 60
   */
  readonly turnSeconds?: number;

  /**
   * Whether a node restarts only while all others are ready. Disable it to roll out a change that repairs a broken node.
   *
   * @default true
   */
  readonly requireReadyPeers?: boolean;
}

/** @internal */
export const ROLLING_UPDATE_OPTIONS: OptionNames<RollingUpdateProps> = {
  refreshHours: true,
  nodeTimeoutMinutes: true,
  turnSeconds: true,
  requireReadyPeers: true,
};

/** @internal */
export interface RollingUpdateTargets {
  readonly cluster: { readonly clusterName: string; readonly clusterId: string };
  /** How many instances of the cluster there are already. */
  readonly existing: number;
  readonly programs: NodePrograms;
  readonly options: Required<RollingUpdateProps>;
}

/**
 * Brings changes to the nodes, one node after the other, each once the one before it serves again.
 *
 * A Systems Manager document carries the programs and the configuration, and is never changed: another configuration is another document. Each node has an
 * association that runs it; another document, or what stops the instance, replaces the association, and Terraform waits for the new one to succeed. The
 * instance of each node depends on the association of the node before it, so that also what Terraform itself does to instances goes node by node. While
 * the cluster is first created nothing is waited for. What rotates without Terraform's doing, nodes look for by themselves.
 * @internal
 */
export class RollingUpdate extends Construct {
  private readonly document: SsmDocument;
  private readonly existing: number;
  private readonly programs: NodePrograms;
  private readonly options: Required<RollingUpdateProps>;
  private previous?: SsmAssociation;

  public constructor(scope: Construct, id: string, { cluster, existing, programs, options }: RollingUpdateTargets) {
    super(scope, id);
    this.options = options;
    this.existing = existing;
    this.programs = programs;
    const content = this.documentContent(cluster.clusterName);
    this.document = immutableDocument(this, { name: `qdrant-${cluster.clusterId}`, content });
  }

  /**
   * Starts the nodes, each after the one before it serves, so that also what Terraform does to instances goes node by node. Returns what the last of
   * them has served by.
   */
  public launch(nodes: QdrantNode[], rights: ITerraformDependable): ITerraformDependable[] {
    for (const node of nodes) {
      node._launch(this.programs, [rights, ...this.gate]);
      this.addNode(node);
    }
    return this.gate;
  }

  /** What the next node's instance waits for: that the node before it serves. */
  private get gate(): ITerraformDependable[] {
    return this.previous ? [this.previous] : [];
  }

  private addNode(node: QdrantNode): void {
    this.previous = new SsmAssociation(this, `Node${node._index}`, {
      name: this.document.name,
      targets: [{ key: 'InstanceIds', values: [node.instanceId] }],
      parameters: { Peers: this.options.requireReadyPeers ? 'required' : 'ignored' },
      waitForSuccessTimeoutSeconds: Token.asNumber(
        conditional(once(Op.gte(this.existing, 1)), this.options.nodeTimeoutMinutes * 60, null),
      ),
      dependsOn: [...node._running, ...this.gate],
      lifecycle: {
        // Holds for the next replacement; a change of it alone asks nothing of a node.
        ignoreChanges: ['wait_for_success_timeout_seconds'],
        // Another content, and no other attribute: tags of the document ask nothing of a node.
        replaceTriggeredBy: [
          `${this.document.terraformResourceType}.${this.document.friendlyUniqueId}.content`,
          ...node._changes,
        ],
      },
    });
  }

  private documentContent(clusterName: string) {
    return {
      schemaVersion: '2.2',
      description: `Brings a node of the Qdrant cluster ${clusterName} to its present configuration`,
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
            runCommand: this.programs.updateCommands('{{ Peers }}', this.options.nodeTimeoutMinutes * 60 - 30),
          },
        },
      ],
    };
  }
}
