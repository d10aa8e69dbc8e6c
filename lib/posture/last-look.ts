import { IConstruct } from 'constructs';

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
