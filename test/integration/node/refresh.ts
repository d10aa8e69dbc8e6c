import { until } from '../../support/until';
import { Machine } from './machine';

const UNIT = 'qdrant-refresh.service';

/** Has nodes look for what has rotated, as their timers do, all at once: that only one of them restarts at a time is up to their turns. */
export function look(machines: Machine[]): void {
  for (const machine of machines) machine.run(`systemctl start --no-block ${UNIT}`);
}

/** Ends what looks, as what comes from Terraform does. */
export function stopLooking(machines: Machine[]): void {
  for (const machine of machines) machine.run(`systemctl stop ${UNIT}`);
}

/** Waits until each has found and done what it was to, and that it ended well. */
export async function untilLooked(machines: Machine[], seconds = 300): Promise<void> {
  for (const machine of machines) {
    const isOver = () => machine.try(`systemctl is-active ${UNIT}`).output === 'inactive\n';
    await until(`${machine.member.name} has looked`, seconds, isOver);
    expect(machine.run(`systemctl show --property Result ${UNIT}`).trim()).toBe('Result=success');
  }
}

/** What a node printed when it looked last. */
export function lastLook(machine: Machine): string {
  const invocation = `_SYSTEMD_INVOCATION_ID="$(systemctl show --property InvocationID --value ${UNIT})"`;
  return machine.run(`journalctl --no-pager --output cat ${invocation}`);
}

/** By what the certificate is told that a node presents at a port: `serial=NUMBER`, or why there is none. */
export function serial(machine: Machine, port: number): string {
  return machine.try(
    `openssl s_client -connect 127.0.0.1:${port} -servername "$(hostname)" </dev/null 2>/dev/null | openssl x509 -noout -serial`,
  ).output;
}
