import { FindingSeverity, Rule } from './rule';

export const auditLogLost: Rule = {
  id: 'QDR076',
  severity: FindingSeverity.WARNING,
  title: 'The audit log ends with the container or the pod',
  reason: 'Who did what is not known any more once a node was restarted, which an attacker can bring about.',
  fix: 'leave audit.dir out, so that it is kept beside the data, or mount a volume there.',
  source: 'https://qdrant.tech/documentation/security/#audit-logging',
  check: ({ setup }) =>
    setup?.lostAuditLog === undefined ? [] : [`the audit log is written to ${setup.lostAuditLog}, which ends with the pod`],
};
