import { AwsApi } from '../../support/aws/api';
import { TerraformRun } from '../../support/terraform';
import { until } from '../../support/until';

/** An apply of which all is done but the verification, which needs what happens on machines. */
export interface VerifiedApply {
  /** Ends with the apply, and fails where that fails. */
  readonly done: Promise<void>;
}

/** Applies what changes a cluster that is verified, until its verification is asked for. */
export async function applyVerified(terraform: TerraformRun, api: AwsApi): Promise<VerifiedApply> {
  const asked = () =>
    api.calls().filter(({ action, parameters }) => action === 'CreateAssociation' && isVerification(parameters));
  const before = asked().length;
  let isOver = false;
  const done = terraform.applyAside().finally(() => (isOver = true));
  // What fails before it is waited for is no failure of its own.
  done.catch(() => {});
  await until('a verification is asked for', 600, () => isOver || asked().length > before);
  if (asked().length > before) return { done };
  await done;
  throw new Error('an apply that changes the cluster asked for no verification');
}

function isVerification({ Name: document }: { [name: string]: any }): boolean {
  return document.includes('-verify-');
}
