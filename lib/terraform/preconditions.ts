import { Fn, Op, Precondition } from 'cdktf';
import { isUnknown } from '../input/input';

/** What Terraform checks, once it knows it, of what is not known when synthesizing. */
export function lifecycleWith(preconditions: Precondition[]): { lifecycle?: { precondition: Precondition[] } } {
  return preconditions.length === 0 ? {} : { lifecycle: { precondition: preconditions } };
}

/**
 * That a range of addresses is not the internet, where it is known only to Terraform: a user who wants that says so, and the posture shows it.
 *
 * @param cluster the path of what is opened, for the error
 */
export function narrowRange(cluster: string, cidr: string | undefined, version: 4 | 6): Precondition[] {
  if (cidr === undefined || !isUnknown(cidr)) return [];
  const prefix = Fn.tonumber(Fn.element(Fn.split('/', cidr), 1));
  const isLocal = Fn.can(Fn.regex('^[fF][cCdD]', cidr));
  return [
    {
      condition: version === 4 ? Op.gte(prefix, 7) : Op.or(Op.gte(prefix, 13), isLocal),
      errorMessage:
        `${cluster}: a range of IPv${version} addresses that is known only when Terraform runs is the internet, or most of it. ` +
        `Say so with Peer.anyIpv${version}(), so that the posture shows it, or give a narrower range.`,
    },
  ];
}

/**
 * That a port is none of those, where it is known only to Terraform.
 *
 * @param cluster the path of what is opened, for the error
 */
export function portOtherThan(cluster: string, option: string, port: number, taken: number[]): Precondition[] {
  if (!isUnknown(port)) return [];
  return [
    {
      condition: Op.not(Fn.contains(taken, port)),
      errorMessage: `${cluster}: ${option}, which is known only when Terraform runs, is ${taken.join(' or ')}, which serves something else.`,
    },
  ];
}

/**
 * That a port is one which the nodes may serve, and none of those, where it is known only to Terraform.
 *
 * @param cluster the path of what serves it, for the error
 */
export function portToServe(cluster: string, option: string, port: number | undefined, taken: number[]): Precondition[] {
  if (port === undefined || !isUnknown(port)) return [];
  const isInRange = Op.and(Op.gte(port, 1024), Op.lte(port, 65535));
  return [
    {
      condition: Op.and(isInRange, Op.not(Fn.contains(taken, port))),
      errorMessage:
        `${cluster}: ${option}, which is known only when Terraform runs, is not from 1024 to 65535, or is one of ${taken.join(', ')}, ` +
        'which serve something else.',
    },
  ];
}
