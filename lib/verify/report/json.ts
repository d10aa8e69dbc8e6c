import { Outcome } from '../probe';
import { countsOf, Report } from '../verify';

/** Raised when a member changes its meaning or goes; more members may come without that. */
const SCHEMA_VERSION = 1;

/** A report for programs: docs/verify.schema.json says what it has. */
export function jsonReport(report: Report, exitStatus: number): string {
  const { startedAt, targets, checks, obstacles, leftOut } = report;
  const written = {
    schemaVersion: SCHEMA_VERSION,
    startedAt: startedAt.toISOString(),
    exitStatus,
    summary: countsOf(report),
    targets: targets.map(({ host, ports, version }) => ({ host, version: version || null, ports })),
    leftOut,
    obstacles,
    checks: checks.map(({ host, probe, where, outcome, what, sent, received }) => ({
      probe: probe.id,
      rule: probe.rule ?? null,
      title: probe.title,
      severity: probe.severity,
      host,
      where,
      outcome,
      what: what ?? null,
      sent: sent ?? null,
      received: received ?? null,
      fix: outcome === Outcome.FINDING ? { setting: probe.setting, construct: probe.construct } : null,
    })),
  };
  return `${JSON.stringify(written, null, 2)}\n`;
}
