// What is bundled of AWS's client to aws-s3.js beside this file, which is what is loaded: see scripts/bundle.js.
export { DeleteObjectCommand, GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
export type { ListObjectsV2CommandOutput, S3ClientConfig, S3ServiceException } from '@aws-sdk/client-s3';
export { Upload } from '@aws-sdk/lib-storage';
