import { SecretPurpose } from '../posture';

const { ADMIN_API_KEY, ALTERNATE_API_KEY, READ_ONLY_API_KEY } = SecretPurpose;

/** What secrets are for, of which each gives all that one of a purpose does: who may read one of these gains nothing by it. */
export function purposesThatSuffice(purpose: SecretPurpose): SecretPurpose[] {
  return purpose === READ_ONLY_API_KEY ? [READ_ONLY_API_KEY, ADMIN_API_KEY, ALTERNATE_API_KEY] : [purpose];
}
