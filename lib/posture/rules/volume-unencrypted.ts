import { FindingSeverity, Rule } from './rule';

export const volumeUnencrypted: Rule = {
  id: 'QDR015',
  severity: FindingSeverity.WARNING,
  title: 'A volume with data is not asked to be encrypted',
  reason: 'Whoever gets at a copy of it, as at a snapshot that is shared, reads all vectors and payloads.',
  fix: 'set encrypted to true, in the StorageClass too; a volume that exists is encrypted by a copy of its snapshot.',
  source: 'https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption.html',
  check: ({ setup }) =>
    (setup?.volumes ?? [])
      .filter(({ isEncrypted }) => isEncrypted === false)
      .map(({ name }) => `nothing asks for the encryption of ${name}`),
};
