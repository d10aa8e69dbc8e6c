// A stand-in for the controllers of Kubernetes, cert-manager and External Secrets, which the tests' API server has none of: what is asked for
// becomes ready at once, and no pod runs. It is a process of its own, as Terraform keeps the tests' waiting.
//   controllers.js HOST TOKEN CERTIFICATE
const { readFileSync } = require('node:fs');
const { request } = require('node:https');

const [host, token, certificate] = process.argv.slice(2);
const ca = readFileSync(certificate);

const condition = { type: 'Ready', status: 'True', reason: 'Test', message: '', lastTransitionTime: '2026-01-01T00:00:00Z' };
const ready = () => ({ conditions: [condition] });
// The pods of an image of that name never serve.
const isBroken = ({ spec }) => JSON.stringify(spec.template).includes('-broken');
const at = '2026-01-01T00:00:00Z';
const conditions = (...types) => types.map((type) => ({ ...condition, type }));
const failed = { startTime: at, failed: 1, conditions: conditions('FailureTarget', 'Failed') };
const complete = { startTime: at, completionTime: at, succeeded: 1, conditions: conditions('SuccessCriteriaMet', 'Complete') };
const ended = (job) => (isBroken(job) ? failed : complete);
const rolledOut = (statefulSet) => {
  const { name, generation } = statefulSet.metadata;
  const { replicas } = statefulSet.spec;
  const serving = isBroken(statefulSet) ? 0 : replicas;
  return {
    ...{ observedGeneration: generation, replicas, readyReplicas: serving, availableReplicas: serving },
    ...{ currentReplicas: replicas, updatedReplicas: replicas },
    ...{ currentRevision: `${name}-${generation}`, updateRevision: `${name}-${generation}` },
  };
};
const balanced = ({ spec }) =>
  spec.type === 'LoadBalancer' ? { loadBalancer: { ingress: [{ ip: '192.0.2.1', ipMode: 'VIP' }] } } : {};
const watched = [
  ['/api/v1', 'services', balanced],
  ['/apis/apps/v1', 'statefulsets', rolledOut],
  ['/apis/batch/v1', 'jobs', ended],
  ['/apis/cert-manager.io/v1', 'certificates', ready],
  ['/apis/cert-manager.io/v1', 'issuers', ready],
  ['/apis/external-secrets.io/v1', 'externalsecrets', ready],
];

function call(method, path, body, contentType = 'application/json') {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': contentType };
    const asked = request(new URL(path, host), { method, headers, ca }, (response) => {
      let text = '';
      response.on('data', (part) => (text += part));
      response.on('end', () => resolve(text.startsWith('{') ? JSON.parse(text) : {}));
    });
    asked.on('error', reject);
    asked.end(body && JSON.stringify(body));
  });
}

async function makeReady(root, plural, statusOf) {
  for (const object of (await call('GET', `${root}/${plural}`)).items ?? []) {
    const status = statusOf(object);
    const same = ([name, value]) => JSON.stringify(object.status?.[name]) === JSON.stringify(value);
    if (Object.entries(status).every(same)) continue;
    const { namespace, name } = object.metadata;
    const address = `${root}/namespaces/${namespace}/${plural}/${name}/status`;
    await call('PATCH', address, { status }, 'application/merge-patch+json');
  }
}

/** A namespace that is deleted waits for this. */
async function finalizeNamespaces() {
  for (const namespace of (await call('GET', '/api/v1/namespaces')).items ?? []) {
    if (!namespace.metadata.deletionTimestamp || !namespace.spec.finalizers?.length) continue;
    const finalized = { ...namespace, spec: { finalizers: [] } };
    await call('PUT', `/api/v1/namespaces/${namespace.metadata.name}/finalize`, finalized);
  }
}

/** A job that is deleted waits for the garbage collector, which looks for its pods. */
async function collectJobs() {
  for (const { metadata } of (await call('GET', '/apis/batch/v1/jobs')).items ?? []) {
    if (!metadata.deletionTimestamp) continue;
    const address = `/apis/batch/v1/namespaces/${metadata.namespace}/jobs/${metadata.name}`;
    await call('PATCH', address, { metadata: { finalizers: null } }, 'application/merge-patch+json');
  }
}

async function main() {
  for (;;) {
    for (const [root, plural, statusOf] of watched) await makeReady(root, plural, statusOf);
    await finalizeNamespaces();
    await collectJobs();
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
