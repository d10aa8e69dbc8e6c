import {
  JobV1SpecTemplateSpec,
  JobV1SpecTemplateSpecContainer,
  JobV1SpecTemplateSpecVolume,
} from '@cdktf/provider-kubernetes/lib/job-v1';
import { nodeAffinity, PlacementProps, tolerations } from './placement';
import { CONTAINER_SECURITY, PodUser } from './pod-user';

/** A pod that does one thing for a cluster, and where it runs. */
export interface JobPodProps {
  readonly imagePullSecretNames?: string[];
  readonly user: PodUser;
  readonly placement: PlacementProps;
  /** Whose token the pod mounts itself, if any. */
  readonly serviceAccountName?: string;
  readonly container: Omit<JobV1SpecTemplateSpecContainer, 'securityContext'>;
  readonly volume: JobV1SpecTemplateSpecVolume[];
}

/**
 * The pod of a job. It meets the Pod Security Standard `restricted`, has no right in the Kubernetes cluster but those of an account that is named, and
 * runs on machines that nodes run on.
 */
export function jobPodSpec(props: JobPodProps): JobV1SpecTemplateSpec {
  const { imagePullSecretNames, user, placement, serviceAccountName, container, volume } = props;
  const machines = nodeAffinity(placement);
  return {
    restartPolicy: 'Never',
    ...(serviceAccountName !== undefined && { serviceAccountName }),
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    terminationGracePeriodSeconds: 5,
    securityContext: user._securityContext,
    imagePullSecrets: imagePullSecretNames?.map((name) => ({ name })),
    priorityClassName: placement.priorityClassName,
    nodeSelector: placement.nodeSelector,
    toleration: tolerations(placement),
    ...(machines && { affinity: { nodeAffinity: machines } }),
    container: [{ ...container, securityContext: CONTAINER_SECURITY }],
    volume,
  };
}

/** When the pod of a job is evicted, another goes on. */
export const EVICTED = { action: 'Ignore', onPodCondition: [{ type: 'DisruptionTarget', status: 'True' }] };
