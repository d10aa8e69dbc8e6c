import { NodeSetup, StorageKind, StoragePlace } from '../../posture/setup';
import { imageOf, isRootIn } from '../image';
import { InboundRule, sourcesOf } from '../reach';
import { blockOf, hasUnknown, isGiven, listOf, ObservedResource, Resources } from '../resources';
import { versionOf } from '../server';
import { unlimitedEgressOf } from './egress';
import { rightsOfMachines } from './rights';
import { serverIn, withoutComments } from './user-data';
import { volumesOf } from './volumes';

/** By which machines are changed, whatever else they serve. */
const ADMINISTRATION: Array<[number, string]> = [
  [22, 'SSH (22)'],
  [2375, 'Docker (2375)'],
  [2376, 'Docker (2376)'],
  [3389, 'RDP (3389)'],
];

/** Machines of one cluster, as they are looked at. */
export interface ObservedMachines {
  readonly machines: ObservedResource[];
  /** What each is started with, save where the nodes are of this library. */
  readonly texts: string[];
  readonly groups: string[];
  readonly rules: InboundRule[];
  readonly resources: Resources;
}

/** How machines are set up, and what they run. */
export function machineSetup({ machines, texts, groups, rules, resources }: ObservedMachines): NodeSetup {
  // A script may bring a volume that stays.
  const isBrought = texts.some((text) => /attach-volume/.test(text));
  const volumes = isBrought ? [] : machines.flatMap((machine) => volumesOf(machine, resources));
  return {
    ...textSetup(texts),
    volumes: [...new Map(volumes.map((volume) => [volume.name, volume])).values()],
    rightsOfMachines: rightsOfMachines(machines, resources),
    publicAddresses: [...new Set(machines.flatMap((machine) => publicAddressOf(machine, resources)))],
    openAdministration: ADMINISTRATION.flatMap(([port, name]) =>
      sourcesOf(rules, port)
        .filter(({ anyAddress }) => anyAddress)
        .slice(0, 1)
        .map(({ by }) => `${name}, by ${by.address}`),
    ),
    unlimitedEgress: unlimitedEgressOf(groups, resources),
    metadataWithoutToken: machines.filter((machine) => givesWithoutToken(machine, resources)).map(({ address }) => address),
    imagesOfAnyOwner: machines.flatMap((machine) => imageOfAnyOwner(machine, resources)),
    interchangeableBy: replacedBy(machines, resources),
  };
}

function publicAddressOf(machine: ObservedResource, resources: Resources): string[] {
  const { associate_public_ip_address: own, network_interfaces: blocks } = machine.values;
  const given = [own, ...listOf(blocks).map((block) => block?.associate_public_ip_address)];
  const elastic = resources
    .ofType('aws_eip', 'aws_eip_association')
    .filter(({ values, scope }) =>
      [values.instance, values.instance_id].filter(isGiven).some((id) => resources.target({ scope }, id) === machine),
    )
    .map(({ address }) => address);
  if (given.some((value) => String(value) === 'true')) return [machine.address];
  // A subnet gives one to what is started in it, where that says nothing; not to an interface that is made by itself.
  const subnet = isGiven(own) ? undefined : resources.target(machine, machine.values.subnet_id);
  return String(subnet?.values.map_public_ip_on_launch) === 'true' ? [subnet!.address, ...elastic] : elastic;
}

/** Undefined where a template tells, which is not looked at. */
function givesWithoutToken(machine: ObservedResource, resources: Resources): boolean | undefined {
  const options = blockOf(machine.values.metadata_options);
  const { http_tokens: tokens, http_endpoint: endpoint } = options ?? {};
  if (endpoint === 'disabled' || tokens === 'required' || hasUnknown([tokens, endpoint])) return false;
  if (isGiven(tokens)) return true;
  const isOfTemplate = isGiven(blockOf(machine.values.launch_template));
  const ofAccount = resources.ofType('aws_ec2_instance_metadata_defaults');
  return !isOfTemplate && !ofAccount.some(({ values }) => values.http_tokens === 'required');
}

/** An image that is chosen by its name alone is that of whoever gave one such a name last. */
function imageOfAnyOwner(machine: ObservedResource, resources: Resources): string[] {
  const { ami, image_id: image = ami } = machine.values;
  const chosen = resources.target(machine, image);
  if (chosen?.type !== 'data.aws_ami' || String(chosen.values.most_recent) !== 'true') return [];
  const filters = listOf(chosen.values.filter).map(({ name }) => name);
  const isOfOne =
    listOf(chosen.values.owners).length > 0 || filters.some((name) => ['owner-id', 'owner-alias', 'image-id'].includes(name));
  return isOfOne ? [] : [chosen.address];
}

/** A group of machines that grows and shrinks makes another for one that is gone, with another name and an empty disk. */
function replacedBy(machines: ObservedResource[], resources: Resources): string | undefined {
  return resources.ofType('aws_autoscaling_group').find((group) => {
    const { launch_template: template, launch_configuration: configuration, mixed_instances_policy: mixed } = group.values;
    const inner = blockOf(blockOf(blockOf(mixed)?.launch_template)?.launch_template_specification);
    const named = [blockOf(template), inner].flatMap((block) => [block?.id, block?.name, block?.launch_template_id]);
    return [...named, configuration].filter(isGiven).some((one) => machines.includes(resources.target(group, one)!));
  })?.address;
}

/** What a script of somebody's own tells of the server that it starts. */
function textSetup(texts: string[]): NodeSetup {
  const servers = texts.map((text) => ({ text: withoutComments(text), image: serverIn(text).server.image }));
  const [first] = servers;
  if (first === undefined) return {};
  const image = imageOf(first.image);
  const user = asUser(first.text);
  const releases = servers.flatMap((server) => versionOf(server.image)?.version ?? []);
  return {
    image,
    releases: [...new Set(releases)],
    runsAsRoot: image && (user === undefined ? isRootIn(image) : user === '0'),
    powers: /--privileged\b|^\s*privileged:\s*true/m.test(first.text) ? ['all of its machine, as it is privileged'] : [],
    storage: storageOf(first.text, image !== undefined),
    unverifiedPrograms: fetchedUnverified(first.text),
  };
}

function asUser(text: string): string | undefined {
  const [, user] = /\s(?:--user|-u)[\s=]["']?([\w.-]+)/.exec(text) ?? [];
  return user === 'root' ? '0' : user;
}

const STORAGE = '/qdrant/storage';

/** Where the data of a container is; undefined where there is none, or it is kept. */
function storageOf(text: string, isContainer: boolean): StoragePlace | undefined {
  if (!isContainer || !/docker\s+(container\s+)?run|podman\s+run/.test(text)) return undefined;
  if (!text.includes(STORAGE)) {
    const isElsewhere =
      /QDRANT__STORAGE__STORAGE_PATH|--mount|--volumes-from|storage_path|--config-path|:\/qdrant(\s|:|"|'|$)/.test(text);
    return isElsewhere ? undefined : { kind: StorageKind.LOST, name: `the file system of the container (${STORAGE})` };
  }
  const [, folder] = /([\w./-]+):\/qdrant\/storage/.exec(text) ?? [];
  const isShared = networkFolders(text).some((shared) => folder === shared || folder?.startsWith(`${shared}/`));
  return isShared
    ? { kind: StorageKind.NETWORK, name: `the folder ${folder}` }
    : { kind: StorageKind.KEPT, name: String(folder) };
}

/** Where network file systems are mounted: by a command, or a line of `/etc/fstab`. */
function networkFolders(text: string): string[] {
  const commands = [...text.matchAll(/\bmount\b.*-t\s+(?:nfs4?|efs)\b.*\s(\/[\w./-]+)\s*$/gm)];
  const lines = [...text.matchAll(/\S+:\S*\s+(\/[\w./-]+)\s+(?:nfs4?|efs)\b/gm)];
  return [...commands, ...lines].map(([, folder]) => folder.replace(/\/$/, ''));
}

/** Archives and packages of Qdrant that are fetched, where nothing in the script compares them with what they should be. */
function fetchedUnverified(text: string): string[] {
  if (/sha(256|512)sum\s+(-c|--check)|gpg\s+.*--verify|cosign\s+verify|checksum/i.test(text)) return [];
  const fetched = [
    ...text.matchAll(/\b(?:curl|wget)\b[^\n|;&]*?(https?:\/\/[^\s"']*qdrant[^\s"']*\.(?:deb|tar\.gz|tgz|zip|AppImage|rpm))/gi),
  ];
  return [...new Set(fetched.map(([, url]) => url))];
}
