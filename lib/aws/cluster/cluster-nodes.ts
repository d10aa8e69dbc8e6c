import { Construct } from 'constructs';
import { NameZone } from '../names/node-names';
import { MachineImage } from '../node/machine-image';
import { QdrantNode } from '../node/node';
import { AwsClusterDescription } from './cluster-description';
import { QdrantClusterProps } from './cluster-props';

/** What the nodes of a cluster share. */
export interface SharedByNodes {
  readonly securityGroupId: string;
  readonly instanceProfileName: string;
  readonly nameZone?: NameZone;
}

/** Makes the nodes of a cluster, save for their instances, which are launched later. */
export function makeNodes(
  cluster: Construct,
  { network, instanceType, dataVolume, machineImage = MachineImage.latestAmazonLinux2023() }: QdrantClusterProps,
  description: AwsClusterDescription,
  shared: SharedByNodes,
): QdrantNode[] {
  const { nodeCount } = description;
  const imageId = machineImage._bind(cluster, instanceType);
  const placements = network._placements(cluster, nodeCount);
  const zones = { all: placements.map(({ availabilityZone }) => availabilityZone), wanted: network._zonesOf(nodeCount) };
  return placements.map((placement, index) =>
    QdrantNode._create(cluster, `Node${index}`, {
      ...shared,
      ...{ index, placement, zones, instanceType, imageId, dataVolume },
      cluster: description,
      imageReplacesInstance: machineImage._replacesInstances,
      rootVolumeSizeGib: machineImage._rootVolumeSizeGib,
    }),
  );
}
