import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { connect } from 'node:tls';
import { Connection, destinationOf, TlsSettings, tlsOptionsOf } from '../wire/connection';

/** The certificate that a server presents. */
export interface SeenCertificate {
  readonly certificate: X509Certificate;
  /** Why it cannot be believed, as OpenSSL names it; undefined where it can. The name of the host is another matter. */
  readonly error?: string;
  readonly namesHost: boolean;
}

/** Looks at the certificate of a server. The client's certificate need not be presented for that, except where TLS 1.2 is all that there is. */
export function lookAtCertificate(
  connection: Connection & { tls: TlsSettings },
  protocol: string,
): Promise<SeenCertificate | undefined> {
  const { host, tls, timeoutSeconds } = connection;
  return new Promise((resolve) => {
    const options = { ...tlsOptionsOf(host, { ...tls, strict: false }), ALPNProtocols: [protocol] };
    const socket = connect({ ...destinationOf(connection), ...options }, () => {
      const { raw } = socket.getPeerCertificate();
      // By its code where OpenSSL found it; a wrong name comes last, once all else is right.
      const error = socket.authorizationError as unknown as string | undefined;
      end(raw === undefined ? undefined : seenOf(new X509Certificate(raw), host, error));
    });
    const end = (seen: SeenCertificate | undefined) => {
      clearTimeout(timer);
      resolve(seen);
      socket.destroy();
    };
    const timer = setTimeout(() => end(undefined), timeoutSeconds * 1000);
    socket.on('error', () => end(undefined)).on('close', () => end(undefined));
  });
}

function seenOf(certificate: X509Certificate, host: string, error?: string): SeenCertificate {
  const name = isIP(host) ? certificate.checkIP(host) : certificate.checkHost(host, { subject: 'never' });
  const told = error ? String((error as { code?: string }).code ?? error) : undefined;
  const isOfName = told === 'ERR_TLS_CERT_ALTNAME_INVALID' || told?.startsWith('Hostname/IP does not match');
  return { certificate, namesHost: name !== undefined, ...(told && !isOfName ? { error: told } : {}) };
}
