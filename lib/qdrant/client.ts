import { isIPv6 } from 'node:net';
import { QdrantPorts } from './ports';

/** Properties of a client endpoint. */
export interface ClientEndpointProps {
  /** The host name, which the certificate includes. */
  readonly host: string;

  /** Whether REST and gRPC use TLS. */
  readonly tls: boolean;

  /** Whether a client must present a certificate. */
  readonly clientCertificate: boolean;

  /** Whether to serve gRPC. */
  readonly grpc: boolean;
}

/** The languages of the sample code. */
export enum ClientLanguage {
  CURL = 'curl',
  PYTHON = 'python',
  TYPESCRIPT = 'typescript',
  CSHARP = 'csharp',
  RUST = 'rust',
}

/**
 * The endpoint for clients, with sample code that connects to it. The code reads the API key from the environment variable
 * `QDRANT_API_KEY`, the CA certificate from `ca.pem` and, if required, the client certificate from `client.pem` and
 * `client-key.pem`.
 */
export class ClientEndpoint {
  public constructor(private readonly props: ClientEndpointProps) {}

  /** The host name that clients connect to. */
  public get host(): string {
    return this.props.host;
  }

  /** The address of the REST API. */
  public get restUrl(): string {
    return `${this.scheme}://${this.authority}:${QdrantPorts.REST}`;
  }

  /** The address of the gRPC API, or undefined if gRPC is not served. */
  public get grpcUrl(): string | undefined {
    return this.props.grpc ? `${this.scheme}://${this.authority}:${QdrantPorts.GRPC}` : undefined;
  }

  /** Sample code that connects to the cluster and lists its collections. */
  public snippet(language: ClientLanguage): string {
    return this.writers[language]();
  }

  /** The sample code for all languages, by language. */
  public snippets(): { [language: string]: string } {
    return Object.fromEntries(Object.values(ClientLanguage).map((language) => [language, this.snippet(language)]));
  }

  /** The host as an address has it. */
  private get authority(): string {
    const { host } = this.props;
    return isIPv6(host) ? `[${host}]` : host;
  }

  private get scheme(): string {
    return this.props.tls ? 'https' : 'http';
  }

  private readonly writers: Record<ClientLanguage, () => string> = {
    [ClientLanguage.CURL]: () => this.curl(),
    [ClientLanguage.PYTHON]: () => this.python(),
    [ClientLanguage.TYPESCRIPT]: () => this.typescript(),
    [ClientLanguage.CSHARP]: () => this.csharp(),
    [ClientLanguage.RUST]: () => this.rust(),
  };

  /** The key goes in through a file descriptor: a header given as an argument would show in the list of processes. */
  private curl(): string {
    const certificates = [
      ...(this.props.tls ? ['--cacert ca.pem'] : []),
      ...(this.props.clientCertificate ? ['--cert client.pem --key client-key.pem'] : []),
    ];
    return lines(
      [
        'curl --fail',
        ...certificates,
        '--header @<(printf "api-key: %s\\n" "$QDRANT_API_KEY")',
        `${this.restUrl}/collections`,
      ].join(' \\\n  '),
    );
  }

  private python(): string {
    const { host, tls, clientCertificate, grpc } = this.props;
    return lines(
      'import os',
      ...(tls ? ['import ssl', 'from pathlib import Path'] : []),
      'from qdrant_client import QdrantClient',
      '',
      ...(tls ? ['verify = ssl.create_default_context(cafile="ca.pem")'] : []),
      ...(clientCertificate ? ['verify.load_cert_chain("client.pem", "client-key.pem")'] : []),
      'client = QdrantClient(',
      `    host="${host}",`,
      `    https=${tls ? 'True' : 'False'},`,
      '    api_key=os.environ["QDRANT_API_KEY"],',
      ...(tls ? ['    verify=verify,'] : []),
      ...(grpc ? ['    prefer_grpc=True,'] : []),
      ...(grpc && tls
        ? [
            '    grpc_options={',
            '        "root_certificates": Path("ca.pem").read_bytes(),',
            ...(clientCertificate
              ? [
                  '        "certificate_chain": Path("client.pem").read_bytes(),',
                  '        "private_key": Path("client-key.pem").read_bytes(),',
                ]
              : []),
            '    },',
          ]
        : []),
      ')',
      'print(client.get_collections())',
    );
  }

  /** The client has no option for a CA or a certificate and brings a dispatcher of its own, so its fetch is given another. */
  private typescript(): string {
    const { tls, clientCertificate } = this.props;
    return lines(
      ...(tls ? ["import { readFileSync } from 'node:fs';"] : []),
      "import { QdrantClient } from '@qdrant/js-client-rest';",
      ...(tls ? ["import { Agent, fetch as fetchWith } from 'undici';"] : []),
      '',
      ...(tls
        ? [
            'const dispatcher = new Agent({',
            '  connect: {',
            "    ca: readFileSync('ca.pem'),",
            ...(clientCertificate ? ["    cert: readFileSync('client.pem'),", "    key: readFileSync('client-key.pem'),"] : []),
            '  },',
            '});',
            'globalThis.fetch = ((url: any, init: any) => fetchWith(url, { ...init, dispatcher })) as any;',
            '',
          ]
        : []),
      `const client = new QdrantClient({ url: '${this.restUrl}', apiKey: process.env.QDRANT_API_KEY });`,
      'client.getCollections().then(console.log);',
    );
  }

  private csharp(): string {
    const { clientCertificate, tls } = this.props;
    if (!this.grpcUrl) return lines('// The C# client speaks gRPC, which this cluster does not serve.');
    return lines(
      'using System.Net.Security;',
      'using System.Security.Cryptography.X509Certificates;',
      'using Grpc.Core.Interceptors;',
      'using Grpc.Net.Client;',
      'using Qdrant.Client;',
      'using Qdrant.Client.Grpc;',
      '',
      'var handler = new SocketsHttpHandler();',
      ...(tls
        ? [
            'var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };',
            'policy.CustomTrustStore.ImportFromPemFile("ca.pem");',
            'handler.SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = policy };',
          ]
        : []),
      ...(clientCertificate
        ? ['handler.SslOptions.ClientCertificates = [X509Certificate2.CreateFromPemFile("client.pem", "client-key.pem")];']
        : []),
      `var channel = GrpcChannel.ForAddress("${this.grpcUrl}", new GrpcChannelOptions { HttpHandler = handler });`,
      'var invoker = channel.Intercept(metadata =>',
      '{',
      '    metadata.Add("api-key", Environment.GetEnvironmentVariable("QDRANT_API_KEY")!);',
      '    return metadata;',
      '});',
      'var client = new QdrantClient(new QdrantGrpcClient(invoker));',
      'Console.WriteLine(string.Join("\\n", await client.ListCollectionsAsync()));',
    );
  }

  /** The client trusts the system's CAs only and presents no certificate, so its generated stubs are used over a channel. */
  private rust(): string {
    const { clientCertificate, tls } = this.props;
    if (!this.grpcUrl) return lines('// The Rust client speaks gRPC, which this cluster does not serve.');
    return lines(
      'use qdrant_client::qdrant::{collections_client::CollectionsClient, ListCollectionsRequest};',
      `use tonic::transport::{${tls ? 'Certificate, ClientTlsConfig, ' : ''}Channel${clientCertificate ? ', Identity' : ''}};`,
      '',
      '#[tokio::main]',
      'async fn main() -> Result<(), Box<dyn std::error::Error>> {',
      ...(tls
        ? [
            '    let tls = ClientTlsConfig::new()',
            '        .ca_certificate(Certificate::from_pem(std::fs::read("ca.pem")?))',
            ...(clientCertificate
              ? ['        .identity(Identity::from_pem(std::fs::read("client.pem")?, std::fs::read("client-key.pem")?))']
              : []),
            '        ;',
          ]
        : []),
      `    let channel = Channel::from_static("${this.grpcUrl}")${tls ? '.tls_config(tls)?' : ''}.connect().await?;`,
      '    let key: tonic::metadata::MetadataValue<_> = std::env::var("QDRANT_API_KEY")?.parse()?;',
      '    let mut client = CollectionsClient::with_interceptor(channel, move |mut request: tonic::Request<()>| {',
      '        request.metadata_mut().insert("api-key", key.clone());',
      '        Ok(request)',
      '    });',
      '    println!("{:?}", client.list(ListCollectionsRequest {}).await?);',
      '    Ok(())',
      '}',
    );
  }
}

function lines(...text: string[]): string {
  return `${text.join('\n')}\n`;
}
