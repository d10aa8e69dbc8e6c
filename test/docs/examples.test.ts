import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import * as ts from 'typescript';
import { allPages, CodeBlock, codeBlocksOf } from '../support/markdown';
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

const LIBRARY = "import { Acknowledgements, aws, kubernetes, Quantization, QdrantVersion, Sizing } from 'cdktf-qdrant';";

/** What an example in a docstring may use. */
const prelude = `import { readFileSync } from 'node:fs';\nimport { Construct } from 'constructs';\n${LIBRARY}\n`;

const sources = readdirSync(join(ROOT, 'lib'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))
  .map((file) => join(ROOT, 'lib', file));

const examples = sources.flatMap((file) =>
  examplesOf(ts.createSourceFile(file, ts.sys.readFile(file)!, ts.ScriptTarget.ES2022, true)),
);

const blocks = allPages()
  .filter(({ path }) => path === 'README.md' || path.startsWith('docs/guides/'))
  .flatMap(codeBlocksOf);

describe('the examples in docstrings, the README and the guides', () => {
  test('are there for each option that people get wrong', () => {
    expect(examples.map((example) => example.of)).toEqual(expect.arrayContaining(wanted));
  });

  test('are of languages that are known here, so that no TypeScript escapes', () => {
    const known = ['mermaid', 'sh', 'text', 'ts'];
    expect(blocks.filter(({ language }) => !known.includes(language)).map(({ at }) => at)).toEqual([]);
  });

  test('are right TypeScript, and those that are not are found', () => {
    const wrong = [
      { of: 'docstring', code: `${prelude}aws.Tls.fromNowhere();` },
      exampleOfBlock({ at: 'guide', language: 'ts', code: "cluster.connections.allowRestFrom(kubernetes.Peer.port('x'));\n" }),
      exampleOfBlock({
        at: 'page',
        language: 'ts',
        code: "import { App } from 'cdktf';\nconst cluster = new App();\ncluster.go();\n",
      }),
    ];
    const inPages = blocks.filter(({ language }) => language === 'ts').map(exampleOfBlock);
    expect(errorsOf([...examples, ...inPages, ...wrong])).toEqual([
      "docstring: Property 'fromNowhere' does not exist on type 'typeof Tls'.",
      "guide: Property 'port' does not exist on type 'typeof Peer'.",
      "page: Property 'go' does not exist on type 'App'.",
    ]);
  });
});

/**
 * A block of a page, within a construct. It may use what a reader of a guide has already: a stack, a cluster of the target that the block is about, and the
 * other options of that cluster. What else it uses it must import.
 */
function exampleOfBlock({ at, code }: CodeBlock): Example {
  const [imports, body] = [/^import .*\n/gm, /^(?!import ).*\n/gm].map((lines) => (code.match(lines) ?? []).join(''));
  const target = `import('cdktf-qdrant').${code.includes('kubernetes.') ? 'kubernetes' : 'aws'}`;
  const given = [
    "this: import('constructs').Construct",
    "stack: import('cdktf').TerraformStack",
    `cluster: ${target}.QdrantCluster`,
    `props: ${target}.QdrantClusterProps`,
  ];
  const library = imports.includes("from 'cdktf-qdrant'") ? '' : LIBRARY;
  // In a block of its own, so that it may name a cluster of its own `cluster`.
  return { of: at, code: `${imports}${library}\n(function (${given.join(', ')}) {{\n${body}}});` };
}

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
  if (!ts.isPropertySignature(node)) return { of, code: `${prelude}(function (this: Construct) { ${text}\n});` };
  const options = `import(${JSON.stringify(file.replace(/\.ts$/, ''))}).${name(node.parent)}`;
  return {
    of,
    code: `${prelude}((_: Partial<${options}> & Required<Pick<${options}, '${name(node)}'>>) => {})({ ${text}\n});`,
  };
}

/** What the compiler has to say, of all in one program: each is a file of its own, but the library's are read once. */
function errorsOf(all: Example[]): string[] {
  const files = new Map(all.map((example, index) => [join(ROOT, 'test', 'docs', `example-${index}.ts`), example]));
  const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.dev.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
  const whole = { types: ['node', 'jest'], incremental: false, tsBuildInfoFile: undefined, isolatedModules: false };
  const compiler = { ...options, ...whole, noUnusedLocals: false, noUnusedParameters: false };
  const host = ts.createCompilerHost(compiler);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (name) => files.has(name) || fileExists(name);
  host.getSourceFile = (name, ...rest) =>
    files.has(name) ? ts.createSourceFile(name, files.get(name)!.code, ts.ScriptTarget.ES2022) : getSourceFile(name, ...rest);
  const program = ts.createProgram([...files.keys()], compiler, host);
  return [...files].flatMap(([name, { of }]) => {
    const source = program.getSourceFile(name)!;
    const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
    return found.map(({ messageText }) => `${of}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`);
  });
}
