import { AnnotationMetadataEntryType, App, TerraformStack } from 'cdktf';
import { IConstruct } from 'constructs';
import { pathOf } from './accepted';

/** What is looked at once more, by the app. */
const lookedAt = new WeakMap<IConstruct, Array<() => string[]>>();

/** Validates when the Aspects of every stack have been at work: those of a stack that comes later change what lets others in to an earlier one. */
export function validateLast(construct: IConstruct, validate: () => string[]): void {
  const app = construct.node.root;
  const validations = lookedAt.get(app) ?? [];
  lookedAt.set(app, validations);
  validations.push(() => validate().map((finding) => `[${construct.node.path}] ${finding}`));
  if (validations.length === 1) app.node.addValidation({ validate: () => validations.flatMap((look) => look()) });
}

/**
 * Shows warnings that are known as late as that, of any construct, the app included.
 *
 * CDK for Terraform has by then collected the warnings of each stack, and never collects any from around the stacks. Hence they go where it collects them, which
 * it writes for `cdktf synth` as the last thing.
 */
export function warnLast(construct: IConstruct, warnings: () => string[]): void {
  const app = construct.node.root;
  const show = () => {
    const stack = stackToShowIn(construct);
    if (!stack || !App.isApp(app)) return;
    const common = { level: AnnotationMetadataEntryType.WARN, constructPath: pathOf(construct) };
    app.manifest.forStack(stack).annotations.push(...warnings().map((message) => ({ ...common, message })));
  };
  app.node.addValidation({
    validate: () => {
      show();
      return [];
    },
  });
}

/** The stack of a construct. Around the stacks it is the first one below, or, without any there, the first of the app. */
function stackToShowIn({ node }: IConstruct): TerraformStack | undefined {
  const firstOf = (scopes: IConstruct[]) => scopes.find((scope): scope is TerraformStack => TerraformStack.isStack(scope));
  return firstOf(node.scopes.reverse()) ?? firstOf(node.findAll()) ?? firstOf(node.root.node.findAll());
}
