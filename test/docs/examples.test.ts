import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import * as ts from 'typescript';
import { ROOT } from '../support/programs';

/** Options that people get wrong, by the file whose interface has them. */
const CLUSTER_OPTIONS = ['apiKeys', 'clientVerification', 'removalPolicy', 'tls', 'trustedAuthorities'];
const wanted = [
  ...CLUSTER_OPTIONS.map((option) => `lib/aws/cluster/cluster-props.ts: QdrantClusterProps.${option}`),
  ...CLUSTER_OPTIONS.map((option) => `lib/kubernetes/cluster/cluster-props.ts: QdrantClusterProps.${option}`),
  'lib/qdrant/server-props.ts: QdrantServerProps.settings',
];

interface Example {
  readonly of: string;
  /** The example as TypeScript, within what it is written for. */
  readonly code: string;
}

/** What an example may use. */
const prelude = `
import { readFileSync } from 'node:fs';
import { Construct } from 'constructs';
import { Acknowledgements, aws, kubernetes, QdrantVersion } from 'cdktf-qdrant';
export { readFileSync, Construct, Acknowledgements, aws, kubernetes, QdrantVersion };
`;

const sources = readdirSync(join(ROOT, 'lib'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))
  .map((file) => join(ROOT, 'lib', file));

const examples = sources.flatMap((file) =>
  examplesOf(ts.createSourceFile(file, ts.sys.readFile(file)!, ts.ScriptTarget.ES2022, true)),
);

describe('the examples in docstrings', () => {
  test('are there for each option that people get wrong', () => {
    expect(examples.map((example) => example.of)).toEqual(expect.arrayContaining(wanted));
  });

  test('are right TypeScript, and one that is not is found', () => {
    const wrong = { of: 'wrong', code: 'aws.Tls.fromNowhere();' };
    expect(errorsOf([...examples, wrong])).toEqual([expect.stringContaining("wrong: Property 'fromNowhere' does not exist")]);
  });
});

function examplesOf(node: ts.Node): Example[] {
  const tags = ts.getJSDocTags(node).filter((tag) => tag.tagName.text === 'example');
  const own = tags.map((tag) => exampleOf(node, ts.getTextOfJSDocComment(tag.comment) ?? ''));
  const below: Example[] = [];
  node.forEachChild((child) => void below.push(...examplesOf(child)));
  return [...own, ...below];
}

/** That of an option is what is written among the options, and has it; any other is made of statements. */
function exampleOf(node: ts.Node, text: string): Example {
  const file = node.getSourceFile().fileName;
  const name = (named: ts.Node) => (named as ts.NamedDeclaration).name?.getText() ?? 'constructor';
  const of = `${relative(ROOT, file)}: ${ts.isSourceFile(node.parent) ? '' : `${name(node.parent)}.`}${name(node)}`;
  if (!ts.isPropertySignature(node)) return { of, code: `(function (this: Construct) { ${text}\n});` };
  const options = `import(${JSON.stringify(file.replace(/\.ts$/, ''))}).${name(node.parent)}`;
  return { of, code: `((_: Partial<${options}> & Required<Pick<${options}, '${name(node)}'>>) => {})({ ${text}\n});` };
}

/** What the compiler has to say, of all in one program. */
function errorsOf(all: Example[]): string[] {
  const file = join(ROOT, 'test', 'docs', 'all-examples.ts');
  const starts: number[] = [];
  let text = prelude;
  for (const { code } of all) {
    starts.push(text.length);
    text += `${code}\n`;
  }
  const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.dev.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
  const compiler = { ...options, incremental: false, tsBuildInfoFile: undefined, isolatedModules: false };
  const host = ts.createCompilerHost(compiler);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (name) => name === file || fileExists(name);
  host.getSourceFile = (name, ...rest) =>
    name === file ? ts.createSourceFile(file, text, ts.ScriptTarget.ES2022) : getSourceFile(name, ...rest);
  const program = ts.createProgram([file], compiler, host);
  const source = program.getSourceFile(file)!;
  return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map((found) => {
    const index = starts.filter((start) => start <= found.start!).length - 1;
    return `${all[index]?.of ?? 'prelude'}: ${ts.flattenDiagnosticMessageText(found.messageText, ' ')}`;
  });
}
