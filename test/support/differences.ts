import { IConstruct } from 'constructs';

type Class<T> = new (...args: any[]) => T;

/** What differs, without by what, when a stack is synthesized. */
export function differencesOf(synthesize: () => unknown): string[] {
  try {
    synthesize();
    return [];
  } catch (error) {
    const { message } = error as Error;
    if (!/QDR0(39|65|78)/.test(message)) throw error;
    return [...message.matchAll(/(QDR\d+): (.*?),? by (?:\S*), which was not declared/g)].map(
      ([, id, what]) => `${id}: ${what}`,
    );
  }
}

/** What a cluster made of a class, and has the id in its path. */
export const madeOf = <T extends IConstruct>(cluster: IConstruct, type: Class<T>, id = /(?:)/): T =>
  cluster.node.findAll().find((child): child is T => child instanceof type && id.test(child.node.path))!;
