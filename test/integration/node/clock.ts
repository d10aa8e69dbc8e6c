import { clockEnvironment, clockLibrary } from '../../support/clock';
import { REAL_SERVER } from '../../support/server-image';
import { until } from '../../support/until';
import { Machine } from './machine';

const LIBRARY = '/clock/libfaketime.so';
const FILE = '/etc/faketimerc';
const DROP_INS = '/run/systemd/system/qdrant{,-boot,-guard,-refresh}.service.d';

/**
 * A clock of a machine that is wrong: of every program that a unit of its node starts, and of its server. The kernel shifts no wall clock for a
 * namespace.
 */
export class WrongClock {
  private readonly library = clockLibrary()!;

  public constructor(private readonly machine: Machine) {}

  /** Has the units run where a file sets the clock, which is right for now. The node restarts. */
  public start(): void {
    const environment = [...clockEnvironment(this.library), 'CONTAINER_ENGINE=clocked-engine'].join(' ');
    const container = [
      ...[`--volume ${this.library}:${LIBRARY}:ro`, `--volume ${FILE}:${FILE}:ro`],
      ...clockEnvironment(LIBRARY).map((one) => `--env ${one}`),
    ].join(' ');
    this.shift(0);
    this.machine.run(`
cat >/usr/bin/clocked-engine <<'ENGINE'
#!/bin/bash
[[ $1 != run ]] || set -- run ${container} "\${@:2}"
exec docker "$@"
ENGINE
chmod 755 /usr/bin/clocked-engine
mkdir -p ${DROP_INS}
tee ${DROP_INS}/clock.conf <<<$'[Service]\\nEnvironment=${environment}'
systemctl daemon-reload
: >/run/qdrant/draining
systemctl restart qdrant.service qdrant-guard.service
`);
  }

  /** Sets it so many seconds ahead. Programs that run already look for it every ten seconds. */
  public shift(seconds: number): void {
    // Written into, and never replaced, as the container sees the file and not its name.
    this.machine.run(`printf '+%s' ${seconds} >${FILE}`);
  }

  /** Waits until programs of the server's container have it; the real server's has none that could tell. */
  public async untilServerHas(seconds: number): Promise<void> {
    if (REAL_SERVER) return;
    await until('its clock says so', 30, () => {
      const { output } = this.machine.try('docker exec qdrant /bin/node -p "Date.now() / 1000"');
      return Math.abs(Number(output) - Date.now() / 1000 - seconds) < 10;
    });
  }

  /** Has what is started from now on run without it. */
  public stop(): void {
    this.shift(0);
    this.machine.run(`rm -f ${DROP_INS}/clock.conf; systemctl daemon-reload`);
  }
}
