import { displayed, hasUnknown, listOf, ObservedResource, Resources } from '../resources';
import { allowedBy, Statement } from './statements';

/** Policies of AWS that give far more than a server needs. */
const TOO_WIDE =
  /\/(AdministratorAccess|PowerUserAccess|IAMFullAccess|SecretsManagerReadWrite|AmazonS3FullAccess|AmazonEC2FullAccess|AmazonSSMFullAccess|AWSKeyManagementServicePowerUser)$/;
const ATTACHMENTS = ['aws_iam_role_policy_attachment', 'aws_iam_policy_attachment'];

/** The rights of machines that no server needs, one phrase each. */
export function rightsOfMachines(machines: ObservedResource[], resources: Resources): string[] {
  const roles = new Set(machines.flatMap((machine) => rolesOf(machine, resources)));
  return [...new Set([...roles].flatMap((role) => rightsOf(role, resources)))];
}

/** The roles that a machine has, by their identities. */
export function rolesOf(machine: ObservedResource, resources: Resources): string[] {
  const given = [
    machine.values.iam_instance_profile,
    ...listOf(machine.values.iam_instance_profile).map((block) => block?.name ?? block?.arn),
  ];
  return given.flatMap((value) => {
    const profile = typeof value === 'string' ? profileNamed(machine, value, resources) : undefined;
    return profile?.values.role === undefined ? [] : [resources.identity(profile, profile.values.role)];
  });
}

function profileNamed(machine: ObservedResource, value: string, resources: Resources): ObservedResource | undefined {
  const target = resources.target(machine, value);
  if (target?.type === 'aws_iam_instance_profile') return target;
  return resources.ofType('aws_iam_instance_profile').find(({ values }) => values.name === value);
}

function rightsOf(role: string, resources: Resources): string[] {
  const isOfRole = (from: ObservedResource, value: unknown) => {
    const target = resources.target(from, value);
    return (
      value !== undefined && (resources.identity(from, value) === role || (target !== undefined && target.values.name === role))
    );
  };
  const inline = resources.ofType('aws_iam_role_policy').filter((policy) => isOfRole(policy, policy.values.role));
  const attached = resources
    .ofType(...ATTACHMENTS)
    .filter((attachment) =>
      listOf([attachment.values.role, attachment.values.roles].flat()).some((one) => isOfRole(attachment, one)),
    );
  const [own] = resources
    .ofType('aws_iam_role')
    .filter((made) => isOfRole(made, `\${${made.address}.name}`) || made.values.name === role);
  const managed = [
    ...attached.map((by) => ({ by, arn: by.values.policy_arn })),
    ...listOf(own?.values.managed_policy_arns).map((arn) => ({ by: own, arn })),
  ];
  return [
    ...inline.flatMap((policy) => wide(policy, resources)),
    ...managed.flatMap(({ by, arn }) => {
      const policy = resources.target(by, arn);
      if (policy?.type === 'aws_iam_policy') return wide(policy, resources);
      return TOO_WIDE.test(String(arn)) ? [`${displayed(arn).split('/').pop()}, by ${by.address}`] : [];
    }),
  ];
}

function wide(policy: ObservedResource, resources: Resources): string[] {
  return allowedBy(policy, resources)
    .filter(({ resources: on }) => on.includes('*'))
    .flatMap(withoutLimit)
    .map((right) => `${right} on every resource, by ${policy.address}`);
}

function withoutLimit({ actions }: Statement): string[] {
  const known = actions.filter((action) => !hasUnknown(action));
  return known.filter(
    (action) => action === '*' || /^(iam|s3|secretsmanager|kms|ec2|ssm|sts):\*$/i.test(action) || isSecret(action),
  );
}

function isSecret(action: string): boolean {
  return /^secretsmanager:(Get\*|GetSecretValue|BatchGetSecretValue)$|^iam:PassRole$|^sts:AssumeRole$/i.test(action);
}
