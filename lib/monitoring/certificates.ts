import { AlertGroup } from './alert';
import { CertificateSeries, WatchedCluster } from './watched-cluster';

/** Whether certificates are renewed in time. */
export function certificateAlerts({ certificates }: WatchedCluster): AlertGroup {
  const name = 'QdrantCertificateEnds';
  return {
    name: 'certificates',
    alerts: certificates
      ? [
          { name, severity: 'warning', expression: lessThan(0.75, certificates), forMinutes: 15, summary: ends(certificates) },
          { name, severity: 'critical', expression: lessThan(0.25, certificates), forMinutes: 15, summary: ends(certificates) },
        ]
      : [],
  };
}

/** Of the time in which it was to be renewed, so that it holds for certificates of days and of years. */
function lessThan(share: number, { expiration, renewal }: CertificateSeries): string {
  return `${expiration} - time() < ${share} * (${expiration} - ${renewal})`;
}

function ends({ label }: CertificateSeries): string {
  return `The certificate {{ $labels.${label} }} ends in {{ $value | humanizeDuration }}, and should have been renewed.`;
}
