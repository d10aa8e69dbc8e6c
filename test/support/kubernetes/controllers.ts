import { KubernetesApi } from './api';

/** What the controllers of Kubernetes, cert-manager and External Secrets would say when all goes well. */
const GOOD = {
  conditions: [{ type: 'Ready', status: 'True', reason: 'Test', message: '', lastTransitionTime: '2026-01-01T00:00:00Z' }],
};

const WATCHED: Array<[string, (object: any) => any]> = [
  [
    '/apis/apps/v1/statefulsets',
    ({ metadata, spec }) => {
      const revision = `${metadata.name}-${metadata.generation}`;
      const { replicas } = spec;
      return {
        ...{ observedGeneration: metadata.generation, replicas, readyReplicas: replicas, availableReplicas: replicas },
        ...{ currentReplicas: replicas, updatedReplicas: replicas, currentRevision: revision, updateRevision: revision },
      };
    },
  ],
  ['/apis/cert-manager.io/v1/certificates', () => GOOD],
  ['/apis/cert-manager.io/v1/issuers', () => GOOD],
  ['/apis/external-secrets.io/v1/externalsecrets', () => GOOD],
];

/**
 * A stand-in for the controllers, which the tests' API server has none of: everything that is asked for becomes ready at once. No pod runs.
 */
export class Controllers {
  private stopped = false;
  private readonly loop: Promise<void>;

  public constructor(private readonly api: KubernetesApi) {
    this.loop = this.run();
  }

  public stop(): Promise<void> {
    this.stopped = true;
    return this.loop;
  }

  private async run(): Promise<void> {
    while (!this.stopped) {
      for (const [path, statusOf] of WATCHED) await this.update(path, statusOf);
      await this.finalizeNamespaces();
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
  }

  private async update(path: string, statusOf: (object: any) => any): Promise<void> {
    const { body } = await this.api.call('GET', path);
    for (const object of body.items ?? []) {
      const status = statusOf(object);
      const isThere = Object.entries(status).every(
        ([name, value]) => JSON.stringify(object.status?.[name]) === JSON.stringify(value),
      );
      if (isThere) continue;
      const [root, plural] = [path.slice(0, path.lastIndexOf('/')), path.slice(path.lastIndexOf('/') + 1)];
      const address = `${root}/namespaces/${object.metadata.namespace}/${plural}/${object.metadata.name}/status`;
      await this.api.call('PATCH', address, { status }, 'application/merge-patch+json');
    }
  }

  /** A namespace that is deleted waits for this. */
  private async finalizeNamespaces(): Promise<void> {
    const { body } = await this.api.call('GET', '/api/v1/namespaces');
    for (const namespace of body.items ?? []) {
      if (!namespace.metadata.deletionTimestamp || !namespace.spec.finalizers?.length) continue;
      const finalized = { ...namespace, spec: { finalizers: [] } };
      await this.api.call('PUT', `/api/v1/namespaces/${namespace.metadata.name}/finalize`, finalized);
    }
  }
}
