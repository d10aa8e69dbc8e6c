import { FindingSeverity, Rule } from './rule';

/** A setting that loosens what the library chose, and what it means. */
const loosened: Array<{ setting: string; safe: unknown; what: string }> = [
  { setting: 'telemetry_disabled', safe: true, what: 'usage statistics are sent to Qdrant' },
  { setting: 'service.enable_cors', safe: false, what: 'browsers on any origin may call the REST API' },
  { setting: 'service.enable_static_content', safe: false, what: 'the web UI is served, its files without a key' },
  {
    setting: 'service.enable_snapshot_url_recovery',
    safe: false,
    what: 'the server fetches snapshots from any URL it is given',
  },
  { setting: 'audit.trust_forwarded_headers', safe: false, what: 'the audit log trusts the address that a client claims' },
];

export const settingsLoosened: Rule = {
  id: 'QDR022',
  severity: FindingSeverity.WARNING,
  title:
    'A setting turns on what the library keeps off: telemetry, CORS, the web UI, snapshots from any URL, addresses as clients claim them',
  reason: 'The library keeps it off for a reason.',
  fix: 'leave the option out, or acknowledge it.',
  source: 'https://qdrant.tech/documentation/ops-configuration/configuration/',
  check: ({ settings }) =>
    loosened.filter(({ setting, safe }) => (settings?.value(setting) ?? safe) !== safe).map(({ what }) => what),
};
