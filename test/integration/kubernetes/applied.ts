import { KubernetesObject } from '../../support/kubernetes/objects';
import { RealKubernetes } from './kubernetes';

const nameOf = ({ kind, metadata }: KubernetesObject) => `${kind} ${metadata.namespace ?? ''}/${metadata.name}`;

/** What was applied to Kubernetes, so that what is applied no more is deleted, as Terraform does. */
export class Applied {
  private readonly objects = new Map<string, KubernetesObject>();
  private stale: KubernetesObject[] = [];

  public constructor(private readonly real: RealKubernetes) {}

  public async apply(objects: KubernetesObject[]): Promise<void> {
    await this.real.applyAll(objects);
    objects.forEach((object) => this.objects.set(nameOf(object), object));
    const names = new Set(objects.map(nameOf));
    this.stale = [...this.objects.values()].filter((object) => !names.has(nameOf(object)));
  }

  /** Deletes what was left out when it was applied last: all, or what is of a kind. */
  public async deleteStale(kind?: string): Promise<void> {
    for (const object of this.stale.filter((one) => kind === undefined || one.kind === kind)) {
      const { status, body } = await this.real.call('DELETE', `${this.real.pathOf(object)}/${object.metadata.name}`);
      if (status >= 300 && status !== 404) throw new Error(`${nameOf(object)}: ${status} ${body.message ?? body}`);
      this.objects.delete(nameOf(object));
      this.stale = this.stale.filter((one) => one !== object);
    }
  }

  /** Forgets it all, where somebody else has deleted it. */
  public forget(): void {
    this.objects.clear();
    this.stale = [];
  }
}
