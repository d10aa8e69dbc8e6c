import { spawnSync } from 'node:child_process';
import { transpileModule } from 'typescript';
import { ClientEndpoint, ClientLanguage, NodeCertificate } from '../../lib';
import { describeWith, run } from '../support/programs';

const all = [true, false].flatMap((tls) =>
  [true, false].flatMap((clientCertificate) =>
    [true, false].map((grpc) => ({ host: 'vectors.internal', tls, clientCertificate, grpc })),
  ),
);

describe('client snippets', () => {
  test('name the host, take the key from the environment, and the certificates from files', () => {
    const endpoint = new ClientEndpoint({ host: 'vectors.internal', tls: true, clientCertificate: true, grpc: true });
    expect(endpoint.restUrl).toBe('https://vectors.internal:6333');
    expect(endpoint.grpcUrl).toBe('https://vectors.internal:6334');
    for (const [language, snippet] of Object.entries(endpoint.snippets())) {
      const context = `${language}:\n${snippet}`;
      expect(context).toContain('vectors.internal');
      expect(context).toContain('QDRANT_API_KEY');
      expect(context).toContain('ca.pem');
      expect(context).toContain('client-key.pem');
    }
  });

  test('speak of no certificate that is not needed', () => {
    const endpoint = new ClientEndpoint({ host: 'vectors.internal', tls: true, clientCertificate: false, grpc: true });
    Object.values(endpoint.snippets()).forEach((snippet) => expect(snippet).not.toContain('client-key.pem'));
  });

  test('keep the key out of curl’s arguments', () => {
    const snippet = new ClientEndpoint(all[0]).snippet(ClientLanguage.CURL);
    expect(snippet).toContain('--header @<(printf');
  });

  test.each(all)('in TypeScript parse (%j)', (props) => {
    const snippet = new ClientEndpoint(props).snippet(ClientLanguage.TYPESCRIPT);
    expect(transpileModule(snippet, { reportDiagnostics: true }).diagnostics).toEqual([]);
  });

  test.each(all)('in shell parse (%j)', (props) => {
    expect(spawnSync('bash', ['-n'], { input: new ClientEndpoint(props).snippet(ClientLanguage.CURL) }).status).toBe(0);
  });
});

describeWith(['python3'], 'client snippets in Python', () => {
  const snippetOf = (props: (typeof all)[0]) => new ClientEndpoint(props).snippet(ClientLanguage.PYTHON);
  let errors: { [snippet: string]: string | null };

  // By one Python for all of them.
  beforeAll(() => {
    const program = [
      'import ast, json, sys',
      'def error(text):',
      '  try: ast.parse(text)',
      '  except SyntaxError as found: return str(found)',
      'print(json.dumps({text: error(text) for text in json.load(sys.stdin)}))',
    ];
    const input = JSON.stringify([...all.map(snippetOf), 'import (']);
    errors = JSON.parse(run('python3', ['-c', program.join('\n')], { input }));
  });

  test.each(all)('parse (%j)', (props) => expect(errors[snippetOf(props)]).toBeNull());

  test('are found where they do not parse', () => expect(errors['import (']).toEqual(expect.any(String)));
});

describe('the certificate of a node', () => {
  test('is good as a server’s and as a client’s where the nodes speak TLS', () => {
    const certificate = new NodeCertificate({
      peerHost: 'node-0.v.internal',
      clientHosts: ['v.internal', 'node-0.v.internal'],
      peerTls: true,
    });
    expect(certificate.extendedKeyUsages).toEqual(['serverAuth', 'clientAuth']);
    expect(certificate.subjectAlternativeNames).toEqual(['node-0.v.internal', 'v.internal']);
  });

  test('is good as a server’s where they do not', () => {
    expect(new NodeCertificate({ peerHost: 'a', peerTls: false }).extendedKeyUsages).toEqual(['serverAuth']);
  });
});
