import { among, group, machines, Made, nodes, RUN } from './machines';
import { Pair } from './pair';

const policy = (Action: string, Resource: string) => (it: Made) => {
  const Statement = [{ Effect: 'Allow', Action: [Action], Resource: [Resource] }];
  it.aws_iam_role_policy = { more: { role: '${aws_iam_role.node.name}', policy: JSON.stringify({ Statement }) } };
};
const managed = (name: string) => (it: Made) => {
  const policy_arn = `arn:aws:iam::aws:policy/${name}`;
  it.aws_iam_role_policy_attachment = { more: { role: '${aws_iam_role.node.name}', policy_arn } };
};
const ingress = (port: number, cidr: string) => (it: Made) =>
  it.aws_security_group.nodes.ingress.push({ from_port: port, to_port: port, protocol: 'tcp', cidr_blocks: [cidr] });
const egress = (rule: object) => (it: Made) => {
  it.aws_vpc_security_group_egress_rule = { out: { security_group_id: group, cidr_ipv4: '0.0.0.0/0', ...rule } };
};
const running =
  (from: string | RegExp, to: string, which = nodes) =>
  (it: Made) => {
    for (const index of which) it.aws_instance[`node${index}`].user_data = RUN.replace(from, to);
  };
const everyMachine = (change: (machine: any) => void) => (it: Made) => Object.values(it.aws_instance).forEach(change);
const balanced = (values: object) => (it: Made) => {
  it.aws_lb = { lb: { internal: true, security_groups: ['${aws_security_group.lb.id}'] } };
  it.aws_security_group.lb = { ingress: [{ from_port: 443, to_port: 443, protocol: 'tcp', cidr_blocks: ['10.0.0.0/8'] }] };
  it.aws_lb_target_group = { rest: { port: 6333, protocol: 'TLS' } };
  it.aws_lb_target_group_attachment = {
    rest: { target_group_arn: '${aws_lb_target_group.rest.arn}', target_id: '${aws_instance.node0.id}' },
  };
  const default_action = [{ target_group_arn: '${aws_lb_target_group.rest.arn}' }];
  it.aws_lb_listener = {
    rest: { load_balancer_arn: '${aws_lb.lb.arn}', port: 443, protocol: 'TLS', default_action, ...values },
  };
};
const chosen = (values: object) => (it: Made, data: Made) => {
  data.aws_ami = { ubuntu: { most_recent: true, filter: [{ name: 'name', values: ['ubuntu-*'] }], ...values } };
  everyMachine((machine) => (machine.ami = '${data.aws_ami.ubuntu.id}'))(it);
};
const withoutVolumes = (root: object) => (it: Made) => {
  it.aws_volume_attachment = {};
  everyMachine((machine) => (machine.root_block_device = { encrypted: true, ...root }))(it);
};
const pair = (
  rule: string,
  [fires, change]: [string, (it: Made, data: Made) => void],
  [silent, other]: [string, (it: Made, data: Made) => void],
  rest: Partial<Pair> = {},
): Pair => ({ rule, fires, silent, bad: () => machines(change), good: () => machines(other), ...rest });

const FETCH = 'curl -L https://github.com/qdrant/qdrant/releases/download/v1.19.0/qdrant.tar.gz -o q.tar.gz';

export const awsPairs: Pair[] = [
  pair(
    'QDR006',
    ['a way out by every protocol', egress({ ip_protocol: '-1' })],
    ['a way out by UDP for DNS', egress({ ip_protocol: 'udp', from_port: 53, to_port: 53 })],
    { address: 'vectors: aws_vpc_security_group_egress_rule.out' },
  ),
  pair(
    'QDR006',
    [
      'every port of the internet in two halves',
      (it) => {
        it.aws_security_group.nodes.egress = [
          { from_port: 0, to_port: 65535, protocol: 'tcp', cidr_blocks: ['0.0.0.0/1', '128.0.0.0/1'] },
        ];
      },
    ],
    [
      'every port of the network',
      (it) => {
        it.aws_security_group.nodes.egress = [{ from_port: 0, to_port: 65535, protocol: 'tcp', cidr_blocks: ['10.0.0.0/8'] }];
      },
    ],
    { address: 'vectors: aws_security_group.nodes' },
  ),
  pair(
    'QDR007',
    ['a public address', everyMachine((machine) => (machine.associate_public_ip_address = true))],
    ['none', everyMachine((machine) => (machine.associate_public_ip_address = false))],
  ),
  pair(
    'QDR007',
    ['an elastic address of a node', (it) => (it.aws_eip = { node: { instance: '${aws_instance.node0.id}' } })],
    ['one of another machine', (it) => (it.aws_eip = { node: { instance: 'i-0123456789' } })],
    { address: 'vectors: aws_eip.node' },
  ),
  pair(
    'QDR007',
    ['a subnet that gives public addresses', (it) => (it.aws_subnet.zone0.map_public_ip_on_launch = true)],
    [
      'one of which a node takes none',
      (it) => {
        it.aws_subnet.zone0.map_public_ip_on_launch = true;
        it.aws_instance.node0.associate_public_ip_address = false;
      },
    ],
    { address: 'vectors: aws_subnet.zone0' },
  ),
  pair('QDR008', ['SSH for any address', ingress(22, '0.0.0.0/0')], ['SSH for a network', ingress(22, '10.0.0.0/8')], {
    address: 'vectors: aws_security_group.nodes',
  }),
  pair(
    'QDR015',
    ['a volume that is not encrypted', (it) => (it.aws_ebs_volume.node1 = {})],
    [
      'a volume of an account that encrypts all',
      (it) => {
        it.aws_ebs_volume.node1 = {};
        it.aws_ebs_encryption_by_default = { all: { enabled: true } };
      },
    ],
    { address: 'vectors: aws_ebs_volume.node1' },
  ),
  pair(
    'QDR016',
    ['a balancer of whatever AWS takes by itself', balanced({})],
    ['a balancer of TLS 1.2 and later', balanced({ ssl_policy: 'ELBSecurityPolicy-TLS13-1-2-2021-06' })],
    { address: 'vectors: aws_lb_listener.rest' },
  ),
  pair(
    'QDR016',
    ['a policy of TLS 1.3 that takes 1.0 as well', balanced({ ssl_policy: 'ELBSecurityPolicy-TLS13-1-0-2021-06' })],
    ['a policy of TLS 1.3 alone', balanced({ ssl_policy: 'ELBSecurityPolicy-TLS13-1-3-2021-06' })],
  ),
  pair(
    'QDR018',
    ['nodes that reach each other on 6335 alone', (it) => (it.aws_security_group.nodes.ingress = [among(6335)])],
    [
      'nodes that reach each other on REST as part of their network',
      (it) => {
        const rest = { from_port: 6333, to_port: 6333, protocol: 'tcp', cidr_blocks: ['10.0.0.0/8'] };
        it.aws_security_group.nodes.ingress = [among(6335), rest];
      },
    ],
  ),
  pair(
    'QDR028',
    ['servers that are no cluster', running('CLUSTER__ENABLED=true', 'CLUSTER__ENABLED=false')],
    ['of a variable that the shell fills in', running('CLUSTER__ENABLED=true', 'CLUSTER__ENABLED')],
  ),
  pair(
    'QDR029',
    [
      'a group that grows and shrinks',
      (it) => {
        it.aws_launch_template = {
          node: { ...it.aws_instance.node0, block_device_mappings: { ebs: { encrypted: true, delete_on_termination: false } } },
        };
        it.aws_instance = {};
        it.aws_autoscaling_group = { nodes: { launch_template: { id: '${aws_launch_template.node.id}' } } };
      },
    ],
    ['one of other machines', (it) => (it.aws_autoscaling_group = { nodes: { launch_template: { id: 'lt-0' } } })],
    {
      address: 'vectors: aws_autoscaling_group.nodes',
    },
  ),
  pair(
    'QDR033',
    ['a key of 31 bytes', running('API_KEY=$KEY', `API_KEY=${'k'.repeat(31)}`)],
    ['a key of 32, which stands there all the same', running('API_KEY=$KEY', `API_KEY=${'k'.repeat(32)}`)],
    { also: ['QDR032'], silentAlso: ['QDR032'] },
  ),
  pair(
    'QDR034',
    [
      'one key for both',
      running('API_KEY=$KEY', `API_KEY=${'k'.repeat(32)} -e QDRANT__SERVICE__READ_ONLY_API_KEY=${'k'.repeat(32)}`),
    ],
    ['two keys', running('API_KEY=$KEY', `API_KEY=${'k'.repeat(32)} -e QDRANT__SERVICE__READ_ONLY_API_KEY=${'r'.repeat(32)}`)],
    { also: ['QDR032'], silentAlso: ['QDR032'] },
  ),
  pair(
    'QDR035',
    ['every secret of the account', policy('secretsmanager:GetSecretValue', '*')],
    [
      'one secret',
      policy('secretsmanager:GetSecretValue', 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:vectors-admin'),
    ],
    { address: 'vectors: aws_iam_role_policy.more' },
  ),
  pair('QDR035', ['all of S3', policy('s3:*', '*')], ['the names of buckets', policy('s3:ListAllMyBuckets', '*')]),
  pair(
    'QDR035',
    ['a policy of administrators', managed('AdministratorAccess')],
    ['a policy of machines that Session Manager reaches', managed('AmazonSSMManagedInstanceCore')],
    { address: 'vectors: aws_iam_role_policy_attachment.more' },
  ),
  pair(
    'QDR038',
    ['no word of the metadata', everyMachine((machine) => delete machine.metadata_options)],
    [
      'an account in which all ask for a token',
      (it) => {
        everyMachine((machine) => delete machine.metadata_options)(it);
        it.aws_ec2_instance_metadata_defaults = { all: { http_tokens: 'required' } };
      },
    ],
    { address: 'vectors: aws_instance.node0' },
  ),
  pair(
    'QDR038',
    ['a token that may be left out', everyMachine((machine) => (machine.metadata_options = { http_tokens: 'optional' }))],
    [
      'no metadata at all',
      everyMachine((machine) => (machine.metadata_options = { http_tokens: 'optional', http_endpoint: 'disabled' })),
    ],
  ),
  pair(
    'QDR038',
    ['a machine of no template, without a word', (it) => delete it.aws_instance.node0.metadata_options],
    [
      'a machine of a template that was not read',
      (it) => {
        delete it.aws_instance.node0.metadata_options;
        it.aws_instance.node0.launch_template = { id: 'lt-0' };
      },
    ],
  ),
  pair(
    'QDR040',
    ['nodes in one subnet', everyMachine((machine) => (machine.subnet_id = 'subnet-0a'))],
    [
      'nodes in subnets of which nobody knows the zones',
      (it) => Object.values(it.aws_instance).forEach((machine, index) => (machine.subnet_id = `subnet-0${index}`)),
    ],
  ),
  pair(
    'QDR040',
    [
      'subnets of one zone',
      (it) => Object.values(it.aws_subnet).forEach((subnet) => (subnet.availability_zone = 'eu-west-1a')),
    ],
    ['subnets of two', (it) => (it.aws_subnet.zone0.availability_zone = 'eu-west-1b')],
  ),
  pair(
    'QDR041',
    ['a container without a volume', running('-v /data:/qdrant/storage', '')],
    ['a container with a volume of Docker', running('-v /data:/qdrant/storage', '-v data:/qdrant/storage')],
  ),
  pair(
    'QDR042',
    ['data on a folder of EFS', running('docker run', 'mount -t efs fs-0: /data\ndocker run')],
    ['backups on one', running('docker run', 'mount -t efs fs-0: /backups\ndocker run')],
  ),
  pair(
    'QDR043',
    ['data on the root disk', withoutVolumes({})],
    ['on one that stays', withoutVolumes({ delete_on_termination: false })],
  ),
  pair(
    'QDR043',
    ['a disk of the machine that goes with it', withoutVolumes({ delete_on_termination: true })],
    [
      'a volume that a script attaches',
      (it) => {
        withoutVolumes({ delete_on_termination: true })(it);
        running('docker run', 'aws ec2 attach-volume --volume-id vol-0\ndocker run')(it);
      },
    ],
  ),
  pair('QDR044', ['two nodes', (it) => delete it.aws_instance.node2], ['three', () => {}]),
  pair('QDR060', ['an image without a tag', running(':v1.19.0-unprivileged', '')], ['a release', () => {}], {
    also: ['QDR070'],
  }),
  pair(
    'QDR061',
    ['a mirror by a tag', running(' qdrant/qdrant:', ' mirror.internal/qdrant/qdrant:')],
    ['a mirror by a digest', running(/ qdrant\/qdrant:\S+/, ` mirror.internal/qdrant/qdrant@sha256:${'0'.repeat(64)}`)],
  ),
  pair(
    'QDR062',
    ['the most recent image of a name', chosen({})],
    ['the most recent one of Canonical', chosen({ owners: ['099720109477'] })],
    {
      address: 'vectors: data.aws_ami.ubuntu',
    },
  ),
  pair(
    'QDR063',
    ['an archive that is fetched', running('docker run', `${FETCH}\ndocker run`)],
    [
      'an archive of which the digest is compared',
      running('docker run', `${FETCH}\necho "$SUM q.tar.gz" | sha256sum --check\ndocker run`),
    ],
  ),
  pair(
    'QDR064',
    ['releases of two minor versions', running('v1.19.0', 'v1.20.0', [1])],
    ['two releases of one', running('v1.19.0', 'v1.19.2', [1])],
  ),
  pair(
    'QDR070',
    ['the image that runs as root', running('-unprivileged', '')],
    [
      'the same, as another user',
      (it) =>
        everyMachine(
          (machine) => (machine.user_data = RUN.replace('-unprivileged', '').replace('docker run', 'docker run --user 1000')),
        )(it),
    ],
  ),
  pair(
    'QDR071',
    ['a privileged container', running('docker run', 'docker run --privileged')],
    ['one that was, by a line that is commented out', running('docker run', '# docker run --privileged\ndocker run')],
  ),
  pair(
    'QDR075',
    ['nodes that are told of none', running('--bootstrap https://node-0:6335 ', '')],
    ['the first that is told of none', running('--bootstrap https://node-0:6335 ', '', [0])],
  ),
];
