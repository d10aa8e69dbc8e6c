import { requireWholeNumber } from '../../input/input';

/** The user that the pods run as, which is never root. */
export class PodUser {
  /**
   * A fixed user id, which is also the group id and the `fsGroup`.
   *
   * @param id by default 1000, the user of the official unprivileged images
   */
  public static id(id: number = 1000): PodUser {
    requireWholeNumber('PodUser.id', 'id', id, { min: 1, max: 2_147_483_647 });
    return new PodUser(id);
  }

  /** The user that the namespace assigns, as OpenShift does. */
  public static assignedByNamespace(): PodUser {
    return new PodUser(undefined);
  }

  private constructor(private readonly id: number | undefined) {}

  /** The security context of a pod. @internal */
  public get _securityContext() {
    const id = this.id === undefined ? undefined : String(this.id);
    return {
      runAsNonRoot: true,
      runAsUser: id,
      runAsGroup: id,
      fsGroup: id,
      fsGroupChangePolicy: 'OnRootMismatch',
      seccompProfile: { type: 'RuntimeDefault' },
    };
  }
}

/** What every container is denied. @internal */
export const CONTAINER_SECURITY = {
  allowPrivilegeEscalation: false,
  privileged: false,
  readOnlyRootFilesystem: true,
  runAsNonRoot: true,
  capabilities: { drop: ['ALL'] },
};
