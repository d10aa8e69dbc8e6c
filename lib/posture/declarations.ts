import { IConstruct } from 'constructs';

/** Who was declared to reach a port, to whichever construct of the library. */
export interface Declaration {
  /** The construct that it was declared to. */
  readonly scope: IConstruct;
  /** What is reached, as a firewall knows it: a security group, or pods. */
  readonly at: any;
  readonly port: number;
  /** Who reaches it, as it stands in the rules of a firewall. */
  readonly source: unknown;
}

const declarations = new WeakMap<IConstruct, Declaration[]>();

/** Writes down who is let in by a rule that the library makes: a cluster may be imported, and opened, in another stack than the one that makes it. */
export function declareReach(declaration: Declaration): void {
  const app = declaration.scope.node.root;
  const others = declarations.get(app);
  if (others) others.push(declaration);
  else declarations.set(app, [declaration]);
}

/** All that was declared in an app. */
export function declarationsIn(app: IConstruct): Declaration[] {
  return declarations.get(app) ?? [];
}

/** Who was granted to read secrets, by whichever construct of the library. */
export interface DeclaredReader {
  readonly scope: IConstruct;
  /** As the store of the secrets knows who reads them. */
  readonly reader: any;
  /** As their store knows them. */
  readonly secrets: any[];
}

const readers = new WeakMap<IConstruct, DeclaredReader[]>();

/** Writes down who is granted to read secrets: the cluster that they are of may be another construct, in another stack. */
export function declareReader(declared: DeclaredReader): void {
  const app = declared.scope.node.root;
  const others = readers.get(app);
  if (others) others.push(declared);
  else readers.set(app, [declared]);
}

/** All who were granted to read secrets in an app. */
export function readersDeclaredIn(app: IConstruct): DeclaredReader[] {
  return readers.get(app) ?? [];
}
