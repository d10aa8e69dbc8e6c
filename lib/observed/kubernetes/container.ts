import { NodeSetup } from '../../posture/setup';
import { imageOf, isRootIn } from '../image';
import { hasUnknown, isGiven, listOf } from '../resources';

/** Capabilities that let a process do no more than serve. */
const HARMLESS = ['NET_BIND_SERVICE'];

/** A switch as it is written, or what holds where nothing is; undefined where only Terraform knows it. */
export function switchOf(value: unknown, otherwise: boolean): boolean | undefined {
  if (hasUnknown(value)) return undefined;
  return isGiven(value) ? String(value) === 'true' : otherwise;
}

/** What the container of the server may do to its machine, and to itself. */
export function containerSetup(container: any, template: any): NodeSetup {
  const own = container.securityContext ?? {};
  const isPrivileged = switchOf(own.privileged, false);
  const dropped = listOf(own.capabilities?.drop).map((name) => String(name).toUpperCase());
  return {
    runsAsRoot: runsAsRoot(container, template),
    powers: powersOf(container, template, isPrivileged === true),
    // Of a privileged one there is nothing left to gain.
    mayGainPrivileges: isPrivileged ? undefined : switchOf(own.allowPrivilegeEscalation, true),
    keepsCapabilities: isPrivileged || hasUnknown(dropped) ? undefined : !dropped.includes('ALL'),
    hasWritableRoot: negated(switchOf(own.readOnlyRootFilesystem, false)),
    usesNetworkOfMachine: switchOf(template.spec?.hostNetwork, false),
    hasMemoryLimit: limitOf(container),
  };
}

/** The contrary, where it is known. */
export function negated(value: boolean | undefined): boolean | undefined {
  return value === undefined ? undefined : !value;
}

/** What a container says goes before what its pod says, and that before the image. Where root is forbidden, the kubelet starts no container of root's. */
function runsAsRoot(container: any, template: any): boolean | undefined {
  const contexts = [container.securityContext ?? {}, template.spec?.securityContext ?? {}];
  const [user] = contexts.map(({ runAsUser }) => runAsUser).filter(isGiven);
  if (hasUnknown(user) || contexts.some(({ runAsNonRoot }) => hasUnknown(runAsNonRoot))) return undefined;
  if (contexts.some(({ runAsNonRoot }) => switchOf(runAsNonRoot, false) === true)) return false;
  if (user !== undefined) return Number(user) === 0;
  const image = imageOf(container.image);
  return image && isRootIn(image);
}

function powersOf(container: any, template: any, isPrivileged: boolean): string[] {
  const { hostPID: processes = template.spec?.hostPid, hostIPC: memory = template.spec?.hostIpc } = template.spec ?? {};
  const added = listOf(container.securityContext?.capabilities?.add).map((name) => String(name).replace(/^CAP_/, ''));
  const mounted = listOf(container.volumeMounts).map(({ name }) => name);
  const folders = listOf(template.spec?.volumes)
    .filter(({ name, hostPath }) => hostPath && mounted.includes(name) && reachesOut(hostPath.path))
    .map(({ hostPath }) => `the folder ${hostPath.path} of its machine`);
  return [
    ...(isPrivileged ? ['all of its machine, as it is privileged'] : []),
    ...(switchOf(processes, false) ? ['the processes of its machine (hostPID)'] : []),
    ...(switchOf(memory, false) ? ['the shared memory of its machine (hostIPC)'] : []),
    ...(isPrivileged ? [] : added.filter((name) => !HARMLESS.includes(name)).map((name) => `the capability ${name}`)),
    ...folders,
  ];
}

/** A folder in which the machine itself, or its other pods, can be changed; one for data cannot. */
function reachesOut(path: unknown): boolean {
  return /^\/?$|^\/(etc|proc|sys|dev|root|boot|run|var\/run|var\/lib\/(kubelet|docker|containerd|rancher\/k3s\/agent))(\/|$)/.test(
    String(path),
  );
}

function limitOf({ resources }: any): boolean | undefined {
  if (hasUnknown(resources?.limits) && !isGiven(resources?.limits?.memory)) return undefined;
  return isGiven(resources?.limits?.memory);
}
