import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { aws } from '../../lib';
import { AwsApi } from '../support/aws/api';
import { addNetwork } from '../support/aws/network';
import { describeWith, run, testWith } from '../support/programs';
import { TerraformRun } from '../support/terraform';

describeWith(['terraform', 'moto'], 'a cluster, applied by the real Terraform', () => {
  let api: AwsApi;
  let terraform: TerraformRun;

  beforeAll(async () => {
    api = await AwsApi.start();
    terraform = new TerraformRun(api.url);
    terraform.synth((stack) => {
      const { vpcId, subnetIds } = addNetwork(stack);
      const cluster = new aws.QdrantCluster(stack, 'Cluster', {
        network: aws.ClusterNetwork.fromSubnets({ vpcId, subnetIds, zoneCount: 3 }),
        instanceType: 'r7g.large',
        dataVolume: { sizeGib: 50 },
        removalPolicy: aws.RemovalPolicy.DESTROY,
      });
      cluster.connections.allowRestFrom(aws.Peer.ipv4('10.20.0.0/16'));
      cluster.connections.allowGrpcFrom(aws.Peer.ipv6('2001:db8::/56'));
      const balancer = cluster.addLoadBalancer('Front');
      balancer.connections.allowRestFrom(aws.Peer.ipv4('10.30.0.0/16'));
      cluster.addOutputs();
    });
    terraform.init();
  });
  afterAll(() => api?.stop());

  test('is valid', () => {
    terraform.terraform(['validate']);
  });

  test('is planned and applied, and a second plan changes nothing', () => {
    const created = terraform.plan();
    expect(created.every(({ actions }) => actions.join() === 'create')).toBe(true);
    terraform.apply();
    expect(terraform.plan()).toEqual([]);
  });

  test('waits for nothing while it is first created', () => {
    expect(terraform.resources('aws_ssm_association').map((a) => a.wait_for_success_timeout_seconds)).toEqual([
      null,
      null,
      null,
    ]);
  });

  test('spreads its nodes over the zones, each with its data volume in its zone', () => {
    const zoneOf = new Map(terraform.resources('aws_subnet').map((subnet) => [subnet.id, subnet.availability_zone]));
    const interfaces = terraform.resources('aws_network_interface').map(({ subnet_id: subnet }) => zoneOf.get(subnet));
    const volumes = terraform.resources('aws_ebs_volume').map(({ availability_zone: zone }) => zone);
    expect(interfaces).toEqual(['eu-west-1a', 'eu-west-1b', 'eu-west-1c']);
    expect(volumes).toEqual(interfaces);
    expect(terraform.resources('aws_ebs_volume').every((volume) => volume.encrypted && volume.type === 'gp3')).toBe(true);
  });

  test('lets in whom it was told to and nobody else, and 6335 among the nodes only', () => {
    const rules = terraform.resources('aws_vpc_security_group_ingress_rule');
    const group = (name: string) => terraform.resources('aws_security_group').find((g) => g.description.startsWith(name)).id;
    const [nodes, balancer] = [group('Nodes'), group('Load balancer')];
    const at = (id: string) =>
      rules
        .filter((rule) => rule.security_group_id === id)
        .map((rule) => `${rule.from_port} ${rule.cidr_ipv4 ?? rule.cidr_ipv6 ?? rule.referenced_security_group_id}`)
        .map((text) => text.replace(nodes, 'nodes').replace(balancer, 'balancer'))
        .sort();
    expect(at(nodes)).toEqual([
      '6333 10.20.0.0/16',
      '6333 balancer',
      '6333 nodes',
      '6334 2001:db8::/56',
      '6334 balancer',
      '6335 nodes',
      '6337 nodes',
      '6339 balancer',
    ]);
    expect(at(balancer)).toEqual(['6333 10.30.0.0/16']);
  });

  test('boots from user data that is within 16 KB, and installs what Systems Manager installs', () => {
    const [document] = terraform.resources('aws_ssm_document');
    const [, programs, config, update] = JSON.parse(document.content).mainSteps[0].inputs.runCommand;
    const compressed = /^base64 --decode <<<'(\S+)' \| gunzip \| bash$/.exec(programs)![1];
    const installer = `${gunzipSync(Buffer.from(compressed, 'base64'))}${config}`;
    expect(update).toBe('/opt/qdrant/bin/update-node.sh asked {{ Peers }} 1770');
    expect(document.content.length).toBeLessThan(64 * 1024);
    run('bash', ['-n'], { input: installer });
    for (const { user_data_base64: encoded } of terraform.resources('aws_instance')) {
      const size = Buffer.from(encoded, 'base64').length;
      process.stderr.write(`user data: ${size} bytes; document: ${document.content.length} bytes\n`);
      // 16 KB is what EC2 takes; the rest is left to settings and certificates.
      expect(size).toBeLessThan(15 * 1024);
      const config = JSON.parse(userData(encoded).replace(/^#cloud-config\n/, ''));
      expect(config.write_files.map(({ content }: any) => content)).toContain(installer);
    }
  });

  testWith(['cloud-init'], 'boots from user data that is valid for cloud-init schema', () => {
    const file = join(terraform.directory, 'user-data.yaml');
    writeFileSync(file, userData(terraform.resources('aws_instance')[0].user_data_base64));
    expect(run('cloud-init', ['schema', '--config-file', file])).toContain('Valid');
  });

  test('keeps every secret’s value out of state, plan, synthesized files and logs', async () => {
    const arns = terraform.resources('aws_secretsmanager_secret_version').map(({ arn }) => arn);
    const values = await Promise.all(arns.map((arn) => api.secretValue(arn)));
    expect(values).toHaveLength(2);
    expect(new Set(values).size).toBe(2);
    for (const value of values) {
      expect(value).toMatch(/^[A-Za-z0-9]{48}$/);
      const found = filesBelow(terraform.directory).filter((file) => readFileSync(file).includes(value));
      expect(found).toEqual([]);
      expect(JSON.stringify(terraform.planJson())).not.toContain(value);
      expect(terraform.terraform(['output', '-json']).output).not.toContain(value);
      expect(terraform.log).not.toContain(value);
    }
  });

  test('leaves nothing when it is destroyed', () => {
    terraform.terraform(['destroy', '-auto-approve', '-input=false', '-parallelism=30']);
    expect(terraform.state().resources).toEqual([]);
  });
});

function userData(compressed: string): string {
  return gunzipSync(Buffer.from(compressed, 'base64')).toString();
}

function filesBelow(directory: string): string[] {
  return readdirSync(directory)
    .filter((name) => name !== '.terraform')
    .map((name) => join(directory, name))
    .flatMap((path) => (statSync(path).isDirectory() ? filesBelow(path) : [path]));
}
