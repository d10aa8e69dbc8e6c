import { RealKubernetes } from './kubernetes';

/** How a container ended. */
export interface End {
  readonly code: number;
  /** All that it has written. */
  readonly log: string;
  /** To the second. */
  readonly at: Date;
}

/** How the containers of a pod ended, by their names. */
export interface Ends {
  readonly [container: string]: End;
}

export interface EndingPods {
  readonly namespace: string;
  readonly pods: string[];
  /** How long it may take. */
  readonly seconds: number;
}

const MERGE = 'application/merge-patch+json';

/** Tells how the containers of pods end, by what happens. */
export async function endsOf(real: RealKubernetes, ending: EndingPods, happening: () => Promise<unknown>): Promise<Ends[]> {
  const { namespace, pods, seconds } = ending;
  const get = (pod: string) => real.get('Pod', pod, namespace);
  const keep = (pod: string, finalizers: string[] | null) =>
    real.call('PATCH', `/api/v1/namespaces/${namespace}/pods/${pod}`, { metadata: { finalizers } }, MERGE);
  const states = async (pod: string): Promise<any[]> => (await get(pod)).status.containerStatuses;
  // What is kept like this stays to be looked at; what its containers have written does not.
  for (const pod of pods) await keep(pod, ['tests/looked-at']);
  try {
    const containers = await Promise.all(pods.map(async (pod) => (await states(pod)).map(({ name }) => name)));
    const logs = pods.map((pod, index) => containers[index].map((container) => follow(real, namespace, pod, container)));
    await happening();
    await real.until(`${pods} end`, seconds, async () => {
      const all = await Promise.all(pods.map(states));
      return all.flat().every(({ state }) => state.terminated);
    });
    return await Promise.all(
      pods.map(async (pod, index) => {
        const ended = Object.fromEntries((await states(pod)).map(({ name, state }) => [name, state.terminated]));
        const ends = containers[index].map(async (container, at): Promise<[string, End]> => {
          const { exitCode: code, finishedAt } = ended[container];
          return [container, { code, log: await logs[index][at], at: new Date(finishedAt) }];
        });
        return Object.fromEntries(await Promise.all(ends));
      }),
    );
  } finally {
    for (const pod of pods) await keep(pod, null);
  }
}

/** All that a container writes until it ends. */
function follow(real: RealKubernetes, namespace: string, pod: string, container: string): Promise<string> {
  const process = real.spawnKubectl('--namespace', namespace, 'logs', '--follow', pod, '--container', container);
  let text = '';
  process.stdout!.on('data', (part) => (text += part));
  return new Promise((resolve) => process.once('close', () => resolve(text)));
}
