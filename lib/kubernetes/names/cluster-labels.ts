/** The labels that select the pods of a cluster, and no others. They are part of the StatefulSet's identity. */
export function podLabelsOf(clusterName: string): { [name: string]: string } {
  return { 'app.kubernetes.io/name': 'qdrant', 'app.kubernetes.io/instance': clusterName };
}

/** The labels of everything that is made for a cluster. */
export function labelsOf(clusterName: string, more: { [name: string]: string } = {}): { [name: string]: string } {
  return { ...more, ...podLabelsOf(clusterName), 'app.kubernetes.io/managed-by': 'cdktf-qdrant' };
}

/** The label of the pods that says what they were made of. */
export const REVISION_LABEL = 'cdktf-qdrant/revision';

/** The annotation of the StatefulSet that says which construct made it. */
export const CONSTRUCT_ANNOTATION = 'cdktf-qdrant/construct';
