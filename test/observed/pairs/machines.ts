import { ObservedCluster } from '../../../lib/observed/found-cluster';
import { clustersIn } from '../../../lib/observed/judge';
import { fromSynthesized } from '../../../lib/observed/readers/synthesized';

export const nodes = [0, 1, 2];
const each = <T>(make: (index: number) => T) => Object.fromEntries(nodes.map((index) => [`node${index}`, make(index)]));
export const group = '${aws_security_group.nodes.id}';
export const among = (port: number) => ({ from_port: port, to_port: port, protocol: 'tcp', self: true });

/** What each node runs that is well set up. */
export const RUN = [
  'docker run -d --network host',
  ...['SERVICE__ENABLE_TLS=true', 'SERVICE__ENFORCE_INTERNAL_AUTH=true', 'SERVICE__API_KEY=$KEY'],
  ...['SERVICE__ENABLE_CORS=false', 'SERVICE__ENABLE_STATIC_CONTENT=false', 'SERVICE__ENABLE_SNAPSHOT_URL_RECOVERY=false'],
  ...['CLUSTER__ENABLED=true', 'CLUSTER__P2P__ENABLE_TLS=true', 'STORAGE__COLLECTION__REPLICATION_FACTOR=2'],
  ...['TELEMETRY_DISABLED=true'],
]
  .map((part, index) => (index === 0 ? part : `-e QDRANT__${part}`))
  .concat('-v /data:/qdrant/storage qdrant/qdrant:v1.19.0-unprivileged')
  .concat('./qdrant --bootstrap https://node-0:6335 --uri https://$(hostname):6335')
  .join(' ');

/** The resources of a cluster that is well set up, to be changed. */
function resources() {
  const machines: { [name: string]: any } = each((index) => ({
    ami: 'ami-1',
    subnet_id: `\${aws_subnet.zone${index}.id}`,
    vpc_security_group_ids: [group],
    metadata_options: { http_tokens: 'required' },
    root_block_device: { encrypted: true },
    iam_instance_profile: '${aws_iam_instance_profile.node.name}',
    user_data: RUN,
  }));
  return {
    aws_instance: machines,
    aws_subnet: Object.fromEntries(nodes.map((index) => [`zone${index}`, { availability_zone: `eu-west-1${'abc'[index]}` }])),
    aws_security_group: {
      nodes: {
        ingress: [among(6333), among(6335)],
        egress: [{ from_port: 443, to_port: 443, protocol: 'tcp', cidr_blocks: ['0.0.0.0/0'] }],
      },
    } as any,
    aws_ebs_volume: each(() => ({ encrypted: true })) as { [name: string]: any },
    aws_volume_attachment: each((index) => ({
      instance_id: `\${aws_instance.node${index}.id}`,
      volume_id: `\${aws_ebs_volume.node${index}.id}`,
    })) as { [name: string]: any },
    aws_iam_instance_profile: { node: { role: '${aws_iam_role.node.name}' } },
    aws_iam_role: { node: { name: 'node' } } as any,
  } as { [type: string]: { [name: string]: any } };
}

export type Made = ReturnType<typeof resources>;

/** The cluster, with a change. */
export function machines(change: (it: Made, data: Made) => void = () => {}): ObservedCluster {
  const [resource, data] = [resources(), {}];
  change(resource, data);
  const [cluster, ...others] = clustersIn(fromSynthesized([{ stack: 'vectors', json: { resource, data } }]));
  if (cluster === undefined || others.length > 0) throw new Error('there is to be one cluster');
  return cluster;
}
