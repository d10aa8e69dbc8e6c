import { FindingSeverity, Rule } from './rule';

const S3_ENDPOINT = 'storage.snapshots_config.s3_config.endpoint_url';

export const snapshotsInClearText: Rule = {
  id: 'QDR014',
  severity: FindingSeverity.ERROR,
  title: 'Snapshots go to an S3 endpoint over http://',
  reason: 'Snapshots, which hold all data, would cross the network in clear text.',
  fix: 'give the endpoint as https://, or acknowledge it where something else encrypts the way there.',
  source: 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html',
  check: ({ settings }) => {
    const endpoint = settings?.value(S3_ENDPOINT);
    return /^http:/i.test(endpoint ?? '') ? [`snapshots go to ${endpoint}`] : [];
  },
};
