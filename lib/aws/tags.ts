import { Aspects, TerraformResource } from 'cdktf';
import { Construct, IConstruct } from 'constructs';
import { badInput, isUnknown } from '../input';

type Tags = { readonly [name: string]: string };

/** A resource that takes tags. */
interface Taggable extends TerraformResource {
  readonly tagsInput?: Tags;
  tags: Tags;
}

/** Gives the user's tags to whatever stands below a construct and takes tags, also to what is added later. The library's own tags stay. */
export function tagEverything(scope: Construct, tags: Tags | undefined): void {
  if (!tags) return;
  Aspects.of(scope).add({
    visit: (construct) => {
      if (isTaggable(construct)) construct.tags = { ...tags, ...construct.tagsInput };
    },
  });
}

/** Throws where a tag is not the user's to set. */
export function checkTags(cluster: Construct, tags: Tags): void {
  if (isUnknown(tags)) return;
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
