import { NodeCertificate } from '../../qdrant';

export interface ClusterNamesProps {
  readonly clusterName: string;
  readonly namespace: string;
  readonly clusterDomain?: string;
  readonly nodeCount: number;
  /** Whether there is a service for clients beside the one for peers. */
  readonly hasClientService: boolean;
}

/** By which names the nodes of a cluster, and the cluster as a whole, are known. */
export class ClusterNames {
  /** The name of the service that gives the peers their names. */
  public readonly peerService: string;
  /** What the domain of the services ends in. */
  public readonly serviceDomain: string;

  public constructor(private readonly props: ClusterNamesProps) {
    this.peerService = `${props.clusterName}-peers`;
    this.serviceDomain = `${props.namespace}.svc.${props.clusterDomain ?? 'cluster.local'}`;
  }

  /** What the hosts of the peers end in. It is part of their addresses, which the cluster keeps for good. */
  public get peerDomain(): string {
    return `${this.peerService}.${this.serviceDomain}`;
  }

  /** A name that stands for all nodes, and that the certificate carries. */
  public get host(): string {
    return `${this.props.hasClientService ? this.props.clusterName : this.peerService}.${this.serviceDomain}`;
  }

  /** The host of each node. */
  public get nodeHosts(): string[] {
    const { clusterName, nodeCount } = this.props;
    return Array.from({ length: nodeCount }, (_, index) => `${clusterName}-${index}.${this.peerDomain}`);
  }

  /**
   * What the certificate of the nodes must be.
   *
   * @param more further names that clients use
   */
  public certificate(more: string[]): NodeCertificate {
    const { clusterName, namespace } = this.props;
    const [first, ...others] = this.nodeHosts;
    const services = [clusterName, this.peerService].flatMap((service) => [
      service,
      `${service}.${namespace}`,
      `${service}.${namespace}.svc`,
      `${service}.${this.serviceDomain}`,
    ]);
    return new NodeCertificate({ peerHost: first, clientHosts: [...others, ...services, ...more], peerTls: true });
  }
}
