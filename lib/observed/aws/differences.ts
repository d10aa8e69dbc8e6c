import { TerraformLocal, TerraformResource } from 'cdktf';
import { IConstruct } from 'constructs';
import { Posture } from '../../posture';
import { Difference, DifferenceKind } from '../../posture/difference';
import { resourcesOfApp, TreeReading, withOrigins } from '../construct-tree';
import { ChangedResource, changeOf, differentSettings, isEqual, otherwise } from '../differing';
import { knownOf } from '../known';
import { isAsMeant, maybeMeant, meaningOf, mean, overriddenLocal } from '../meant';
import { isGiven, Resources } from '../resources';
import { RIGHTS } from './readers';
import { undeclaredReaders, WatchedSecrets, whereOf } from './undeclared-readers';
import { ourServer, userDataOf } from './user-data';

/** What of these is looked at; the rest of it is long. */
const PARTS: { [type: string]: string[] } = {
  aws_iam_role: [
    'name',
    'name_prefix',
    'managed_policy_arns',
    'inline_policy',
    'dynamic',
    'permissions_boundary',
    'assume_role_policy',
  ],
  aws_iam_user: ['name', 'permissions_boundary'],
  aws_iam_group: ['name'],
  aws_launch_template: ['name', 'iam_instance_profile'],
  aws_secretsmanager_secret: ['name', 'name_prefix', 'policy', 'kms_key_id'],
  aws_kms_key: ['policy'],
};

const HOW_MANY = ['count', 'for_each'];

const reading: TreeReading = {
  isRead: (type) => type.includes('aws_') && (maybeMeant(type) || RIGHTS.has(type)),
  pick: (type, values) =>
    type in PARTS ? Object.fromEntries([...PARTS[type], ...HOW_MANY].map((name) => [name, values[name]])) : values,
  whereOf,
  isCertain: true,
  isOfConcern: (resource, values) => {
    if (isAsMeant(resource, values)) return false;
    const type = resource.terraformResourceType;
    // A machine of others may have the role of the nodes.
    const mayHaveRole = type === 'aws_instance' && [values.iam_instance_profile, values.launch_template].some(isGiven);
    return meaningOf(resource) !== undefined || !maybeMeant(type) || RIGHTS.has(type) || mayHaveRole;
  },
};

/** What the nodes of a cluster run, and who was granted its secrets. */
export interface WatchedNodes extends WatchedSecrets {
  /** What brings the nodes to another configuration: documents, and their associations. */
  readonly updates: TerraformResource[];
  /** The texts that both are made of. */
  readonly locals: TerraformLocal[];
}

/** Compares what the nodes run, and who reads the secrets of a cluster, with what its constructs meant, whoever changed it. */
export function compareNodes(scope: IConstruct, posture: Posture, watched: WatchedNodes): void {
  mean(...watched.instances, ...watched.updates, ...watched.locals);
  const differencesIn = knownOf((resources) => [
    ...changedPrograms(watched, resources),
    ...undeclaredReaders(scope, posture, watched, resources),
  ]);
  posture._observations.differencesBy((mayBeKnown) => differencesIn(resourcesOfApp(scope.node.root, reading, mayBeKnown)));
}

function changedPrograms(watched: WatchedNodes, resources: Resources): Difference[] {
  const changes = [...watched.instances, ...watched.updates].flatMap((resource) => changeOf(resource, resources) ?? []);
  const locals = watched.locals.filter((local) => !isAsMeant(local) || overriddenLocal(local) !== undefined);
  if (changes.length + locals.length === 0) return [];
  const meant = watched.locals.map((local) => withOrigins(local, meaningOf(local))).join('\n');
  return [
    ...changes.flatMap((change) => changesOf(change, meant, resources)),
    ...locals.flatMap((local) => {
      const there = withOrigins(local, overriddenLocal(local) ?? local.toTerraform().locals[local.friendlyUniqueId]);
      return otherServer(String(there), meant, `local.${local.friendlyUniqueId}`);
    }),
  ];
}

function changesOf({ there, values, meant }: ChangedResource, programs: string, resources: Resources): Difference[] {
  const by = there.address;
  const isOther = (...names: string[]) => names.some((name) => !isEqual(values[name], meant[name]));
  if (there.type === 'aws_ssm_document') return isOther('content') ? otherServer(commandsIn(values.content), programs, by) : [];
  if (there.type === 'aws_ssm_association') {
    const changed = ['name', 'document_version', 'targets'].filter((name) => isOther(name));
    return changed.map((name) => ({
      kind: DifferenceKind.SERVER,
      what: otherwise(`the ${ASSOCIATION[name]}`, values[name], meant[name]),
      by,
    }));
  }
  const image = { kind: DifferenceKind.IMAGE, what: otherwise('the machine image', values.ami, meant.ami), by };
  return [
    ...(isOther('ami') ? [image] : []),
    ...(isOther('user_data', 'user_data_base64', 'launch_template')
      ? otherServer(userDataOf(there, resources), programs, by)
      : []),
  ];
}

const ASSOCIATION: { [argument: string]: string } = {
  name: 'document that the nodes are updated by',
  document_version: 'version of the document that the nodes are updated by',
  targets: 'choice of the nodes that are updated',
};

/** What a document runs, where it can be read. */
function commandsIn(content: unknown): string | undefined {
  if (typeof content !== 'string') return undefined;
  try {
    const { mainSteps = [] } = JSON.parse(content);
    return mainSteps.flatMap(({ inputs }: any) => inputs?.runCommand ?? []).join('\n');
  } catch {
    return content;
  }
}

/** What is said of members of `cluster.json`; others are called as they are. */
const MEMBERS: { [member: string]: string } = {
  guardedPorts: 'list of ports on which clients’ certificates are verified',
  keys: 'list of secrets with the keys',
  tls: 'source of certificates',
  clientCas: 'list of authorities that clients are verified by',
  trusted: 'list of trusted authorities',
};

/** How a server differs that is installed by another text than the library wrote. */
function otherServer(there: string | undefined, meant: string, by: string): Difference[] {
  const found = there === undefined ? undefined : ourServer(there);
  const wanted = ourServer(meant);
  const unread = [{ kind: DifferenceKind.SERVER, what: 'the nodes are given what this library did not write,', by }];
  if (!found || !wanted) return unread;
  const members = [...new Set([...Object.keys(wanted.config), ...Object.keys(found.config)])];
  const differences = [
    ...differentSettings(found.server.values, wanted.server.values, by),
    ...members
      .filter((member) => !isEqual(found.config[member], wanted.config[member]))
      .map((member) => ({
        kind: member === 'image' ? DifferenceKind.IMAGE : DifferenceKind.SERVER,
        what: otherwise(`the ${MEMBERS[member] ?? member}`, found.config[member], wanted.config[member]),
        by,
      })),
  ];
  // Another text that sets the server as it was meant may still run what it likes.
  return differences.length > 0 ? differences : unread;
}
