import { Instance } from '@cdktf/provider-aws/lib/instance';
import { Aspects, TerraformResource } from 'cdktf';
import { Construct, IConstruct } from 'constructs';
import { badInput, isUnknown, shown } from '../../input/input';
import { ClusterTag } from './cluster-identity';

type Tags = { readonly [name: string]: string };

/** A resource that takes tags. */
interface Taggable extends TerraformResource {
  readonly tagsInput?: Tags;
  tags: Tags;
}

/**
 * Gives the user's tags to whatever stands below a construct and takes tags, also to what is added later. The library's own tags stay. The root volume of
 * an instance is no resource of its own, and has no tag of its instance's.
 */
export function tagEverything(scope: Construct, tags: Tags | undefined): void {
  if (!tags) return;
  Aspects.of(scope).add({
    visit: (construct) => {
      if (isTaggable(construct)) construct.tags = { ...tags, ...construct.tagsInput };
      if (!(construct instanceof Instance)) return;
      const { rootBlockDevice } = construct;
      rootBlockDevice.tags = { ...tags, ...rootBlockDevice.tagsInput };
    },
  });
}

/** On one resource. */
const MAX_TAGS = 50;
/** What every service of AWS takes in the name and in the value of a tag. */
const TAG_TEXT = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;
const TAG_CHARACTERS = 'letters, digits, spaces and _.:/=+-@';

/**
 * Throws where a tag is not the user's to set, or is none that AWS takes.
 * @see https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html#id_tags_naming_best_practices
 */
export function checkTags(cluster: Construct, tags: Tags): void {
  if (isUnknown(tags)) return;
  if (tags === null || typeof tags !== 'object' || Array.isArray(tags)) {
    throw badInput(cluster, {
      given: `tags is ${shown(tags)}`,
      allowed: 'names and their values',
      instead: 'tags: { team: "search" }',
    });
  }
  checkNumber(cluster, Object.keys(tags).length);
  checkFree(cluster, tags);
  for (const [name, value] of Object.entries(tags)) checkTag(cluster, name, value);
}

/** The instances have the most of the library's own: their name, and those of the cluster. */
function checkNumber(cluster: Construct, count: number): void {
  const most = MAX_TAGS - 1 - Object.keys(ClusterTag).length;
  if (count <= most) return;
  throw badInput(cluster, {
    given: `tags are ${count}`,
    allowed: `up to ${most}: AWS takes ${MAX_TAGS} on a resource, and the library sets the others`,
    instead: 'fewer tags',
  });
}

function checkTag(cluster: Construct, name: string, value: string): void {
  const isTagText = (text: string, most: number) =>
    isUnknown(text) || (typeof text === 'string' && text.length <= most && TAG_TEXT.test(text));
  if (name === '' || !isTagText(name, 128)) {
    throw badInput(cluster, {
      given: `tags names "${name}"`,
      allowed: `names of 1 to 128 ${TAG_CHARACTERS}`,
      instead: 'for example "cost-center"',
    });
  }
  if (isTagText(value, 256)) return;
  throw badInput(cluster, {
    given: `tags gives ${name} the value ${JSON.stringify(value)}`,
    allowed: `a text of up to 256 ${TAG_CHARACTERS}`,
    instead: `tags: { "${name}": "${typeof value === 'number' ? value : 'search'}" }`,
  });
}

function checkFree(cluster: Construct, tags: Tags): void {
  const taken = Object.keys(tags).find((name) => name === 'Name' || /^(aws:|qdrant)/i.test(name));
  if (taken === undefined) return;
  throw badInput(cluster, {
    given: `tags names "${taken}"`,
    allowed: 'names other than Name, and those that begin with Qdrant or aws:, which the library and AWS set',
    instead: `another name, for example "team"`,
  });
}

function isTaggable(construct: IConstruct): construct is Taggable {
  return TerraformResource.isTerraformResource(construct) && 'tagsInput' in construct;
}
