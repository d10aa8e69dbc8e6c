import { QdrantVersion } from '../qdrant/version';
import { ResolvedSettings } from '../qdrant/resolved-settings';
import { Acknowledgement } from './acknowledgement';
import { Listener } from './listener';
import { OutboundConnection } from './outbound';
import { SecretPlace } from './secret';
import { NodeSetup } from './setup';
import { UndeclaredReach } from './undeclared-reach';

/** What rules and reports judge and show. A member that is undefined is unknown, which no rule takes for safe. */
export interface PostureFacts {
  readonly listeners: Listener[];
  readonly outbound: OutboundConnection[];
  readonly secrets: SecretPlace[];
  readonly version?: QdrantVersion;
  readonly settings?: ResolvedSettings;
  readonly nodeCount?: number;
  readonly zoneCount?: number;
  readonly clientVerification?: boolean;
  readonly protectedFromRemoval?: boolean;
  readonly clusterName?: string;
  /** Whether the name was given, and does not follow from the path of the construct. */
  readonly clusterNameGiven?: boolean;
  /** The numbers of the nodes that removal protection no longer covers. */
  readonly unprotectedNodes: number[];
  /** How the nodes are set up, as their resources tell. */
  readonly setup?: NodeSetup;
  /** What each node has less of than the cluster is sized for, one phrase each. */
  readonly shortfalls?: string[];
  /** Who is let in by what is synthesized, and was not declared to be. */
  readonly undeclaredReach?: UndeclaredReach[];
  /** What was accepted on the cluster itself, and silences nothing. */
  readonly unusedAcknowledgements?: Acknowledgement[];
}
