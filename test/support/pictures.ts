import { join } from 'node:path';
import { fromState } from '../../lib/observed/readers/terraform-json';
import { ObservedReport, reportOf } from '../../lib/observed/report/report';
import { ROOT } from './programs';

const resource = (type: string, name: string, values: object) => ({
  ...{ mode: 'managed', address: `${type}.${name}`, type, name, values },
});

/**
 * Machines that share no security group, as a state of somebody else has them.
 *
 * @param ranges who reaches REST of each
 * @param nameOf what each is called
 */
export function machinesOfOthers(ranges: string[], nameOf = (index: number) => `qdrant-${index}`): ObservedReport {
  const resources = ranges.flatMap((range, index) => [
    resource('aws_security_group', `node${index}`, {
      id: `sg-${index}`,
      name: `node${index}`,
      ingress: [{ protocol: 'tcp', from_port: 6333, to_port: 6333, cidr_blocks: [range] }],
    }),
    resource('aws_instance', `node${index}`, {
      id: `i-${index}`,
      ami: 'ami-0123',
      tags: { Name: nameOf(index) },
      vpc_security_group_ids: [`sg-${index}`],
    }),
  ]);
  return reportOf(fromState({ format_version: '1.0', values: { root_module: { resources } } }));
}

/** What an attacker calls things, to be run where a report of them is read. */
export const HOSTILE = [
  '<script>document.title = "run"</script>',
  '"><img src=https://example.com/x onerror=document.title="run">',
  "'/><svg onload=document.title='run'>",
  ']]></style><style>@import "https://example.com/x";',
  '\u202eterces\u0000\u0007\ud800',
];

export const CHART = join(ROOT, 'test', 'observed', 'fixtures', 'helm-chart.yaml');
export const PLAN = join(ROOT, 'test', 'observed', 'fixtures', 'module-plan.json');
