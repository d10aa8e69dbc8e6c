import { SecretPurpose } from './secret';

/** The image of the server, as it is written. */
export interface ServerImage {
  readonly text: string;
  /** Whether it names a release, or the digest of one. */
  readonly namesRelease: boolean;
  readonly hasDigest: boolean;
  /** Whether it is from where Qdrant publishes its own. */
  readonly isOfficial: boolean;
}

/** What becomes of the data where it is kept. */
export enum StorageKind {
  /** A disk that outlives the server. */
  KEPT = 'kept',
  /** It ends with the container, or with the pod. */
  LOST = 'lost',
  /** A file system that is reached by network, as NFS. */
  NETWORK = 'network',
}

/** Where the server keeps its data. */
export interface StoragePlace {
  readonly kind: StorageKind;
  /** What it is, for a reader. */
  readonly name: string;
}

/** A volume that holds data of a node. */
export interface DataVolume {
  readonly name: string;
  /** Whether it is asked to be encrypted. */
  readonly isEncrypted?: boolean;
  /** Whether it is deleted with the node. */
  readonly endsWithNode?: boolean;
}

/**
 * How the nodes of a cluster are set up, as their resources tell: of pods and machines that this library made, and of any other. A member that is undefined is
 * unknown, or is of no such target; no rule takes that for safe, nor for a risk.
 */
export interface NodeSetup {
  readonly image?: ServerImage;
  /** The releases that the nodes run, each once. */
  readonly releases?: string[];
  readonly runsAsRoot?: boolean;
  /** What of its machine the server is given, one phrase each. */
  readonly powers?: string[];
  readonly mayGainPrivileges?: boolean;
  readonly keepsCapabilities?: boolean;
  readonly hasWritableRoot?: boolean;
  readonly usesNetworkOfMachine?: boolean;
  readonly hasAccountToken?: boolean;
  /** Rights of the nodes beyond what a server needs, one phrase each. */
  readonly rightsOfPods?: string[];
  readonly rightsOfMachines?: string[];
  readonly storage?: StoragePlace;
  readonly volumes?: DataVolume[];
  /** By what the nodes have addresses of the internet. */
  readonly publicAddresses?: string[];
  /** Ports of administration that any address reaches, one phrase each. */
  readonly openAdministration?: string[];
  /** Where the audit log is written, where it ends with the container or the pod. */
  readonly lostAuditLog?: string;
  /** Whether no node is told of another, so that each founds a cluster of its own. */
  readonly namesNoOther?: boolean;
  /** Whether the nodes reach each other by 6335, and not by REST. */
  readonly lacksRestAmongNodes?: boolean;
  /** Why the nodes may connect to any address, on all ports. */
  readonly unlimitedEgress?: string;
  /** The machines of which the description gives away credentials without a token. */
  readonly metadataWithoutToken?: string[];
  /** Listeners of load balancers that speak releases of TLS before 1.2, one phrase each. */
  readonly outdatedTls?: string[];
  /** By what the machine image is chosen, where anybody may have published it. */
  readonly imagesOfAnyOwner?: string[];
  /** What the nodes fetch and run, and nothing verifies. */
  readonly unverifiedPrograms?: string[];
  /** What runs the nodes, where that gives them neither names nor disks that stay. */
  readonly interchangeableBy?: string;
  /** Whether a disruption budget lets one pod at a time be evicted. */
  readonly hasDisruptionBudget?: boolean;
  readonly spreadsOverMachines?: boolean;
  readonly hasMemoryLimit?: boolean;
  /** What is wrong with the probes, one phrase each. */
  readonly failingProbes?: string[];
  readonly startsInOrder?: boolean;
  /** The keys that are written down, and shorter than is safe. */
  readonly shortKeys?: SecretPurpose[];
  readonly readOnlyKeyIsAdminKey?: boolean;
}
