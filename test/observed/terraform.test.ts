import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { aws } from '../../lib';
import { ObservedCluster } from '../../lib/observed/found-cluster';
import { clustersIn, findingsOf } from '../../lib/observed/judge';
import { fromSynthesized } from '../../lib/observed/readers/synthesized';
import { reportOf } from '../../lib/observed/report/report';
import { fromPlan, fromState, fromStateFile } from '../../lib/observed/readers/terraform-json';
import { nodeFiles, synthCluster } from '../support/synth';

/** A module of somebody else's, as `terraform show -json` printed its plan, without what was before. */
const PLAN = readFileSync(join(__dirname, 'fixtures', 'module-plan.json'), 'utf8');

const reach = ({ facts }: ObservedCluster) =>
  facts.listeners.map(
    ({ purpose, port, at, sources }) => `${purpose} ${port} of ${at}: ${sources.map(({ name }) => name).join(', ')}`,
  );
const ids = (cluster: ObservedCluster) => [...new Set(findingsOf(cluster).map(({ ruleId }) => ruleId))];
const only = (clusters: ObservedCluster[]) => {
  expect(clusters).toHaveLength(1);
  return clusters[0];
};

describe('a plan of a module of others', () => {
  const planned = (change: (text: string) => string = (text) => text) => only(clustersIn(fromPlan(JSON.parse(change(PLAN)))));

  test('who reaches it, through variables and outputs of modules', () => {
    expect(reach(planned())).toEqual([
      'REST 6333 of nodes: 0.0.0.0/0, aws_security_group.app.id',
      'gRPC 6334 of nodes: 0.0.0.0/0, aws_security_group.app.id',
      'peer 6335 of nodes: the nodes, 198.51.100.7/32',
      'REST 80 of load balancer module.vectors.aws_lb.this: 0.0.0.0/0',
    ]);
  });

  test('what is wrong with that, and by which resource', () => {
    const found = findingsOf(planned()).map(({ ruleId, address }) => `${ruleId} ${address}`);
    expect(found).toEqual(
      expect.arrayContaining([
        'QDR001 aws_security_group_rule.debug',
        'QDR002 module.vectors.aws_security_group.this',
        'QDR002 module.vectors.aws_lb.this',
        'QDR013 module.vectors.aws_instance.node[0]',
        'QDR020 module.vectors.aws_instance.node[0]',
      ]),
    );
    expect(planned().facts.nodeCount).toBe(3);
  });

  test.each([
    ['a key in clear text', '-e QDRANT__SERVICE__API_KEY=not-a-real-key', { QDR013: false, QDR032: true }, []],
    [
      'a key that is filled in',
      '-e QDRANT__SERVICE__API_KEY=$KEY',
      { QDR013: false, QDR032: false },
      ['whether the key that is filled in is empty'],
    ],
    ['an empty key', "-e QDRANT__SERVICE__API_KEY='' -e A=b", { QDR013: true, QDR032: false }, []],
    [
      'a key that is commented out',
      '-e A=b\\n    # -e QDRANT__SERVICE__API_KEY=not-a-real-key\\n',
      { QDR013: true, QDR032: false },
      [],
    ],
    [
      'a key of the shell',
      '-e QDRANT__SERVICE__API_KEY -e A=b',
      { QDR013: false, QDR032: false },
      ['settings that the server is given in other ways than by its environment'],
    ],
    ['TLS', '-e QDRANT__SERVICE__ENABLE_TLS=true', { QDR011: false, QDR013: true }, []],
    [
      'settings of a file',
      '-v /etc/qdrant.yaml:/qdrant/config/production.yaml',
      { QDR011: false, QDR013: false },
      ['settings that the server is given in other ways than by its environment'],
    ],
  ])('%s in its user data', (_what, variable, expected, unknown) => {
    const cluster = planned((text) => text.replaceAll('-e QDRANT__CLUSTER__ENABLED=true', variable));
    const found = ids(cluster);
    for (const [id, fires] of Object.entries(expected)) expect([id, found.includes(id)]).toEqual([id, fires]);
    expect(cluster.unknown).toEqual(unknown);
  });

  test('named sources draw no finding of the internet', () => {
    const cluster = planned((text) =>
      text.replaceAll('"0.0.0.0/0"', '"10.0.0.0/8"').replace('"internal": false', '"internal": true'),
    );
    expect(reach(cluster)[0]).toBe('REST 6333 of nodes: 10.0.0.0/8, aws_security_group.app.id');
  });
});

describe('a plan in which sources are not known yet', () => {
  const rule = { from_port: 6333, to_port: 6335, protocol: 'tcp' };
  const plan = (unknown: object, expressions: object, actions = ['create'], after: object = { ingress: [rule] }) => {
    const resource = (type: string, name: string) => ({ address: `${type}.${name}`, mode: 'managed', type, name });
    const group = resource('aws_security_group', 'nodes');
    const machine = resource('aws_instance', 'qdrant');
    const groups = { references: ['aws_security_group.nodes.id', 'aws_security_group.nodes'] };
    return {
      planned_values: {
        root_module: {
          resources: [
            { ...group, values: after },
            { ...machine, values: {} },
          ],
        },
      },
      resource_changes: [
        { ...group, change: { actions, after_unknown: { id: true, ...unknown } } },
        { ...machine, change: { actions, after_unknown: { vpc_security_group_ids: true } } },
      ],
      configuration: {
        root_module: {
          resources: [
            { ...group, expressions },
            { ...machine, expressions: { vpc_security_group_ids: groups } },
          ],
        },
      },
    };
  };
  const found = (...given: Parameters<typeof plan>) => only(clustersIn(fromPlan(plan(...given))));
  const output = { references: ['terraform_data.c.output', 'terraform_data.c'] };

  test.each<[string, object, object, string]>([
    ['a range of a block', { ingress: [{ cidr_blocks: true }] }, { ingress: output }, 'terraform_data.c.output'],
    ['a range of a dynamic block', { ingress: [{ cidr_blocks: true }] }, {}, 'what is not known'],
    ['a group of a dynamic block', { ingress: [{ security_groups: true }] }, {}, 'what is not known'],
    ['all blocks', { ingress: true }, { ingress: output }, 'terraform_data.c.output'],
    ['blocks of several sources', { ingress: true }, { ingress: { references: ['local.a', 'b_c.d.e'] } }, 'b_c.d.e'],
  ])('%s: an unknown source, for which no key is no small matter', (_what, unknown, expressions, name) => {
    const cluster = found(unknown, expressions);
    const peer = cluster.facts.listeners.find(({ purpose }) => purpose === 'peer')!;
    expect(peer.sources).toContainEqual(expect.objectContaining({ name, unknown: true }));
    expect(ids(cluster)).toContain('QDR001');
  });

  test('a group that lets in another of the plan is named', () => {
    const groups = { references: ['var.port', 'aws_security_group.lb.id', 'aws_security_group.lb'] };
    expect(reach(found({ ingress: [{ security_groups: [true] }] }, { ingress: groups }))[0]).toBe(
      'REST 6333 of nodes: aws_security_group.lb.id',
    );
  });

  test('dynamic rules of which nothing is shown: unknown where they change, and said where they may be new', () => {
    expect(reach(found({ ingress: true }, {}, ['update'], {}))[2]).toBe('peer 6335 of nodes: what is not known');
    const made = found({ ingress: true }, {}, ['create'], {});
    expect(reach(made)[2]).toBe('peer 6335 of nodes: ');
    expect(made.unknown).toContainEqual(expect.stringMatching(/whether aws_security_group\.nodes has dynamic rules/));
  });
});

describe('a state', () => {
  const group = {
    id: 'sg-0a',
    name: 'vectors',
    ingress: [
      {
        from_port: 6333,
        to_port: 6333,
        protocol: 'tcp',
        cidr_blocks: ['0.0.0.0/0'],
        ipv6_cidr_blocks: [],
        prefix_list_ids: [],
        security_groups: ['sg-0b'],
        self: false,
      },
    ],
  };
  const resource = (type: string, name: string, values: object) => ({
    address: `${type}.${name}`,
    mode: 'managed',
    type,
    name,
    values,
  });
  const state = (...resources: object[]) => ({ format_version: '1.0', values: { root_module: { resources } } });
  /** As the API tells of each machine, and a provider keeps it. */
  const kept = {
    metadata_options: [{ http_endpoint: 'enabled', http_tokens: 'required' }],
    root_block_device: [{ delete_on_termination: false, encrypted: true }],
  };
  const instance = resource('aws_instance', 'vectors', {
    ...kept,
    id: 'i-0',
    tags: { Name: 'qdrant-0' },
    vpc_security_group_ids: ['sg-0a'],
    user_data: 'a'.repeat(40),
  });
  const amongNodes = (name: string, port: number) =>
    resource('aws_vpc_security_group_ingress_rule', name, {
      security_group_id: 'sg-0a',
      referenced_security_group_id: 'sg-0a',
      ip_protocol: 'tcp',
      from_port: port,
      to_port: port,
    });
  const peer = amongNodes('peer', 6335);

  test('real ids lead to the groups and their rules', () => {
    const cluster = only(clustersIn(fromState(state(instance, resource('aws_security_group', 'vectors', group), peer))));
    expect(reach(cluster)).toEqual([
      'REST 6333 of nodes: 0.0.0.0/0, sg-0b',
      'gRPC 6334 of nodes: ',
      'peer 6335 of nodes: the nodes',
    ]);
    expect(cluster.unknown).toContain('the settings of the server: no user data tells them');
    expect(ids(cluster)).toEqual(['QDR003']);
  });

  test('a group of others lets in nobody knows whom', () => {
    const cluster = only(clustersIn(fromState(state(instance))));
    expect(reach(cluster)[0]).toMatch(/whoever the security group sg-0a lets in/);
    expect(ids(cluster)).toContain('QDR001');
  });

  test('a group without machines is judged all the same', () => {
    const cluster = only(clustersIn(fromState(state(resource('aws_security_group', 'vectors', group)))));
    expect(reach(cluster)[0]).toBe('REST 6333 of members of aws_security_group.vectors: 0.0.0.0/0, sg-0b');
    expect(
      clustersIn(
        fromState(
          state(
            resource('aws_security_group', 'web', {
              id: 'sg-1',
              ingress: [{ ...group.ingress[0], from_port: 443, to_port: 443 }],
            }),
          ),
        ),
      ),
    ).toEqual([]);
  });

  test('it is read as Terraform keeps it, too', () => {
    const inFile = (type: string, attributes: object) => ({
      mode: 'managed',
      type,
      name: 'vectors',
      provider: 'aws',
      instances: [{ attributes }],
    });
    const cluster = only(
      clustersIn(
        fromStateFile({
          version: 4,
          resources: [inFile('aws_instance', instance.values), inFile('aws_security_group', group)],
        }),
      ),
    );
    expect(reach(cluster)[0]).toBe('REST 6333 of nodes: 0.0.0.0/0, sg-0b');
  });

  test('nodes of this library say what they run', () => {
    const made = synthCluster({ metricsPort: 9153 });
    const { installer } = nodeFiles(made);
    const cloudConfig = `#cloud-config\n${JSON.stringify({ write_files: [{ path: '/opt/qdrant/install.sh', content: installer }] })}`;
    const values = {
      ...kept,
      tags: { QdrantCluster: 'vectors', QdrantClusterId: 'vectors-1' },
      vpc_security_group_ids: ['sg-0a'],
      user_data_base64: gzipSync(cloudConfig).toString('base64'),
    };
    const cluster = only(
      clustersIn(
        fromState(
          state(
            resource('aws_instance', 'a', values),
            resource('aws_instance', 'b', values),
            resource('aws_instance', 'c', values),
            resource('aws_security_group', 'vectors', { id: 'sg-0a' }),
            ...[peer, amongNodes('rest', 6333)],
          ),
        ),
      ),
    );
    expect(reach(cluster)).toEqual([
      'REST 6333 of nodes: the nodes',
      'gRPC 6334 of nodes: ',
      'metrics 9153 of nodes: ',
      'peer 6335 of nodes: the nodes',
    ]);
    expect(cluster.facts.listeners.every(({ tls }) => tls)).toBe(true);
    expect(cluster.facts).toMatchObject({ nodeCount: 3, clientVerification: false });
    expect(cluster.facts.version!.version).toBe('1.19.0');
    expect(ids(cluster)).toEqual([]);
  });
});

describe('what is synthesized', () => {
  const observed = (json: any) => only(clustersIn(fromSynthesized([{ stack: 'vectors', json }])));

  const machine = {
    ami: 'ami-1',
    vpc_security_group_ids: ['${aws_security_group.nodes.id}'],
    user_data: 'docker run -e QDRANT__CLUSTER__ENABLED=true qdrant/qdrant',
  };
  const group = (name: string, values: object = {}) => ({ [name]: values });
  const peers = { from_port: 6335, to_port: 6335, protocol: 'tcp', cidr_blocks: ['198.51.100.0/24'] };
  const open = group('open', { ingress: [peers] });
  const peerOf = (resource: any) => reach(observed({ resource: { aws_instance: { qdrant: machine }, ...resource } }))[2];

  test.each([
    ['whose items are known', [6334, 6335], '${ingress.value}', '10.0.0.0/8', 'peer 6335 of nodes: 10.0.0.0/8'],
    ['that make no block of the port', [6334], '${ingress.value}', '10.0.0.0/8', 'peer 6335 of nodes: '],
    ['whose items are not', '${var.ports}', '${ingress.value}', '10.0.0.0/8', 'peer 6335 of nodes: 10.0.0.0/8'],
    ['of names', { a: { cidr: '10.0.0.0/8' } }, 6335, '${ingress.value.cidr}', 'peer 6335 of nodes: 10.0.0.0/8'],
    ['of ranges', '${var.ranges}', 6335, '${ingress.value}', 'peer 6335 of nodes: ingress.value'],
  ])('dynamic blocks %s are read', (_what, items, port, cidr, expected) => {
    const content = { from_port: port, to_port: port, protocol: 'tcp', cidr_blocks: [cidr] };
    const nodes = { dynamic: { ingress: [{ for_each: items, content }] } };
    expect(peerOf({ aws_security_group: { nodes } })).toBe(expected);
  });

  const outside = 'peer 6335 of nodes: 198.51.100.0/24';
  const second = { second: { security_groups: ['${aws_security_group.open.id}'] } };
  const attached = '${aws_instance.qdrant.id}';
  test.each<[string, object, string]>([
    [
      'by an attachment',
      {
        aws_network_interface: second,
        aws_network_interface_attachment: {
          it: { instance_id: attached, network_interface_id: '${aws_network_interface.second.id}' },
        },
      },
      outside,
    ],
    [
      'by itself',
      { aws_network_interface: { second: { ...second.second, attachment: [{ instance: attached, device_index: 1 }] } } },
      outside,
    ],
    [
      'to another machine',
      { aws_network_interface: { second: { ...second.second, attachment: [{ instance: 'i-0', device_index: 1 }] } } },
      'peer 6335 of nodes: ',
    ],
    [
      'that are looped over',
      {
        aws_network_interface_sg_attachment: {
          it: {
            for_each: '${toset([aws_instance.qdrant.primary_network_interface_id])}',
            network_interface_id: '${each.value}',
            security_group_id: '${aws_security_group.open.id}',
          },
        },
      },
      outside,
    ],
  ])('groups of further network interfaces, %s', (_what, resource, expected) => {
    const groups = { aws_security_group: { ...group('nodes'), ...open } };
    const clusters = clustersIn(
      fromSynthesized([
        { stack: 'vectors', json: { resource: { aws_instance: { qdrant: machine }, ...groups, ...resource } } },
      ]),
    );
    expect(reach(clusters.find(({ resource: { type } }) => type === 'aws_instance')!)[2]).toBe(expected);
  });

  const nodes = { aws_security_group: group('nodes', { ingress: [{ ...peers, from_port: 80, to_port: 80 }] }) };

  test('a port of the machine that Docker passes on', () => {
    const qdrant = { ...machine, user_data: 'docker run -p 80:6333 qdrant/qdrant' };
    expect(reach(observed({ resource: { aws_instance: { qdrant }, ...nodes } }))).toContain(
      'REST 80 of nodes: 198.51.100.0/24',
    );
  });

  test('a rule of a listener leads to the nodes, too; a classic load balancer is named', () => {
    const resource = {
      ...{ aws_instance: { qdrant: machine }, ...nodes },
      aws_lb: { front: { internal: false } },
      aws_lb_listener: {
        it: { load_balancer_arn: '${aws_lb.front.arn}', port: 443, default_action: [{ type: 'fixed-response' }] },
      },
      aws_lb_listener_rule: {
        it: { listener_arn: '${aws_lb_listener.it.arn}', action: [{ target_group_arn: '${aws_lb_target_group.it.arn}' }] },
      },
      aws_lb_target_group: { it: { port: 6333 } },
      aws_lb_target_group_attachment: {
        it: { target_group_arn: '${aws_lb_target_group.it.arn}', target_id: '${aws_instance.qdrant.id}', port: 6333 },
      },
      aws_elb: { old: { instances: ['${aws_instance.qdrant.id}'] }, web: { instances: ['i-0'] } },
    };
    expect(reach(observed({ resource }))).toContain('REST 443 of load balancer aws_lb.front: 0.0.0.0/0');
    const { unread } = reportOf(fromSynthesized([{ stack: 'vectors', json: { resource } }]));
    expect(unread).toEqual([expect.stringMatching(/aws_elb\.old: classic/)]);
  });

  test('lists of objects, and lists of one block, are what Terraform takes them for', () => {
    const resource = [
      { aws_instance: { qdrant: [machine] } },
      { aws_security_group: [group('nodes', { ingress: [peers] }), null] },
    ];
    expect(reach(observed({ resource }))[2]).toBe(outside);
    expect(clustersIn(fromSynthesized([{ stack: 'a', json: { resource: { aws_instance: null, b: { c: null } } } }]))).toEqual(
      [],
    );
  });

  test('who may read the keys, by the policies of the app', () => {
    const { json } = synthCluster({}, (cluster) => void cluster.grantRead(aws.Grantee.role('search')));
    const secret = json.resource.aws_secretsmanager_secret;
    const [admin] = Object.keys(secret).filter((name) => name.includes('AdminKey'));
    const statement = { Effect: 'Allow', Principal: '*', Action: 'secretsmanager:GetSecretValue', Resource: '*' };
    json.resource.aws_secretsmanager_secret_policy = {
      open: { secret_arn: `\${aws_secretsmanager_secret.${admin}.arn}`, policy: JSON.stringify({ Statement: [statement] }) },
    };
    const cluster = observed(json);
    const readers = Object.fromEntries(cluster.facts.secrets.map(({ purpose, readers: of }) => [purpose, of]));
    expect(readers['read-only API key']).toEqual(expect.arrayContaining(['role search']));
    expect(readers['admin API key']).not.toContain('role search');
    expect(findingsOf(cluster).filter(({ ruleId }) => ruleId === 'QDR030')).toMatchObject([
      { address: expect.stringContaining('AdminKey') },
    ]);
  });

  test('a key that is given to Terraform is in its state', () => {
    const { json } = synthCluster();
    expect(ids(observed(json))).toEqual([]);
    const versions: any[] = Object.values(json.resource.aws_secretsmanager_secret_version);
    versions[0].secret_string = '${var.key}';
    expect(ids(observed(json))).toEqual(['QDR032']);
  });

  test('a rule of a group that nobody knows may be of the nodes', () => {
    const { json } = synthCluster();
    json.resource.aws_security_group_rule = {
      any: { type: 'ingress', security_group_id: '${var.group}', protocol: '-1', cidr_blocks: ['0.0.0.0/0'] },
    };
    expect(observed(json).unknown).toEqual([expect.stringContaining('aws_security_group_rule.any')]);
    expect(ids(observed(json))).toContain('QDR001');
    json.resource.aws_security_group_rule.any.protocol = 'udp';
    expect(ids(observed(json))).toEqual([]);
  });

  test.each([
    ['by its name', { name: 'nodes' }, true],
    ['by its id', { id: 'sg-0a' }, false],
  ])('a rule of a group that is looked for %s', (_what, values, mayBeOfNodes) => {
    const json = {
      data: { aws_security_group: { it: values } },
      resource: {
        ...{ aws_instance: { qdrant: machine }, aws_security_group: group('nodes') },
        aws_vpc_security_group_ingress_rule: {
          debug: {
            ...{ security_group_id: '${data.aws_security_group.it.id}', cidr_ipv4: '0.0.0.0/0' },
            ...{ ip_protocol: 'tcp', from_port: 6335, to_port: 6335 },
          },
        },
      },
    };
    const found = findingsOf(observed(json)).filter(({ ruleId }) => ruleId === 'QDR001');
    expect(found.map(({ address }) => address)).toEqual(
      mayBeOfNodes ? ['vectors: aws_vpc_security_group_ingress_rule.debug'] : [],
    );
  });
});
