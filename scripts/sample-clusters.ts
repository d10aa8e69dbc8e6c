import { mkdirSync, writeFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { terraformOf } from '../test/support/properties';
import { addAwsCluster, addKubernetesCluster, awsOptions, kubernetesOptions } from '../test/support/random-clusters';

/** Synthesizes a wide sample of clusters, always the same, one file each: sample-clusters.ts FOLDER */
const [folder] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const write = (name: string, terraform: unknown) => writeFileSync(`${folder}/${name}.json`, JSON.stringify(terraform, null, 1));
fc.sample(awsOptions, { seed: 1, numRuns: 100 }).forEach((drawn, index) =>
  write(
    `aws-${index}`,
    terraformOf((stack) => addAwsCluster(stack, drawn)),
  ),
);
fc.sample(kubernetesOptions, { seed: 1, numRuns: 100 }).forEach((drawn, index) =>
  write(
    `kubernetes-${index}`,
    terraformOf((stack) => addKubernetesCluster(stack, drawn)),
  ),
);
