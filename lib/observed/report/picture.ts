import { LocatedFinding, secretName } from '../judge';
import { AlikeClusters } from './alike';
import { arrowTo } from './arrows';
import { Mark, marksOf } from './marks';
import { Arrow, Box, Picture, Row } from './picture-parts';
import { ClusterReport, ListenerReport, SecretReport } from './report';
import { whoReaches } from './who';
import { listenerName, NO_READER } from './words';

const isAbout = (listener: ListenerReport) => (finding: LocatedFinding) => finding.listener === listenerName(listener);

/** Who reaches which listener by what, and who reads which secret. */
export function pictureOf(alike: AlikeClusters): Picture {
  const [cluster] = alike.clusters;
  const listeners = distinct(cluster.listeners);
  const places = [...new Set(listeners.map(({ at }) => at))];
  // What the cluster itself listens on comes first.
  const [own, ...fronts] = places;
  const rowId = (listener: ListenerReport) => `listener ${listeners.indexOf(listener)}`;
  const boxAt = (at: string): Box => ({
    id: `at ${places.indexOf(at)}`,
    column: at === own ? 2 : 1,
    ...(at === own ? headOf(alike) : { kind: 'In front of the cluster', names: [at], marks: [] }),
    rows: listeners.filter((listener) => listener.at === at).map((listener) => listenerRow(listener, rowId(listener), cluster)),
  });
  const outside = whoReaches(
    listeners.map((listener) => ({
      row: rowId(listener),
      sources: listener.sources.filter(({ name, nodes }) => !nodes && !fronts.includes(name)),
      findings: cluster.findings.filter(isAbout(listener)),
    })),
  );
  const passedOn = fronts.flatMap((at) =>
    passages(at, listeners, own).map(([from, to]): Arrow => {
      const findings = cluster.findings.filter(isAbout(to));
      return arrowTo({ from: from ? rowId(from) : `at ${places.indexOf(at)}`, to: rowId(to), source: at, findings });
    }),
  );
  const read = readersOf(cluster.secrets);
  return {
    boxes: [...outside.boxes, ...read.boxes, ...places.map(boxAt), ...secretsBox(cluster)],
    arrows: [...outside.arrows, ...passedOn, ...read.arrows],
  };
}

function headOf({ clusters }: AlikeClusters): Pick<Box, 'kind' | 'names' | 'marks'> {
  const [{ nodeCount, findings }] = clusters;
  const nodes = nodeCount === undefined ? [] : [`${nodeCount} ${nodeCount === 1 ? 'node' : 'nodes'}`];
  const several = clusters.length === 1 ? [] : [`${clusters.length} times`];
  const kind = ['Qdrant', ...several, ...nodes, ...several.map(() => 'all alike')].join(', ');
  const general = findings.filter(({ listener, secret }) => listener === undefined && secret === undefined);
  return { kind, names: clusters.map(({ name }) => name), marks: marksOf(general) };
}

function listenerRow(listener: ListenerReport, id: string, { findings }: ClusterReport): Row {
  const general = findings.filter(isAbout(listener)).filter(({ sources }) => sources === undefined);
  return {
    id,
    name: listener.purpose,
    detail: `port ${listener.port}`,
    marks: protections(listener),
    found: marksOf(general),
    note: noteOf(listener),
  };
}

function noteOf({ sources }: ListenerReport): string | undefined {
  if (sources.length === 0) return 'nobody reaches it';
  const [some, all] = [sources.some(({ nodes }) => nodes), sources.every(({ nodes }) => nodes)];
  if (all) return 'only the nodes reach it';
  return some ? 'the nodes reach it as well' : undefined;
}

function protections({ purpose, tls, apiKey, clientCertificate }: ListenerReport): Mark[] {
  const asked = (name: string, value: boolean | undefined): Mark => {
    if (value === undefined) return { text: `${name} unknown`, tone: 'warning' };
    return value ? { text: name, tone: 'good' } : { text: `no ${name}`, tone: 'error' };
  };
  // Qdrant asks nobody for a key there, whatever its settings.
  const asksForNone = apiKey === false && ['metrics', 'health'].includes(purpose);
  return [
    ...(purpose === 'health' ? [] : [asked('TLS', tls)]),
    ...(asksForNone ? [] : [asked('API key', apiKey)]),
    ...(clientCertificate === undefined ? [] : [{ text: 'client certificate', tone: 'good' } as const]),
  ];
}

/** By which of its listeners a front leads to which of the cluster's: those that let it in, or else that of the same purpose. */
function passages(at: string, listeners: ListenerReport[], own: string): Array<[ListenerReport | undefined, ListenerReport]> {
  const before = listeners.filter((listener) => listener.at === at);
  const behind = listeners.filter((listener) => listener.at === own);
  const admitting = behind.filter(({ sources }) => sources.some(({ name }) => name === at));
  const ofPurpose = (among: ListenerReport[], { purpose }: ListenerReport) => among.filter((one) => one.purpose === purpose);
  const leads = before.flatMap((listener): Array<[ListenerReport, ListenerReport]> => {
    const admitted = ofPurpose(admitting, listener);
    const led = admitted.length > 0 ? admitted : ofPurpose(behind, listener).slice(0, 1);
    return led.map((to) => [listener, to]);
  });
  const others = admitting.filter((to) => !leads.some(([, led]) => led === to));
  return [...leads, ...others.map((to): [undefined, ListenerReport] => [undefined, to])];
}

function secretsBox({ secrets, findings }: ClusterReport): Box[] {
  if (secrets.length === 0) return [];
  const rows = secrets.map((secret, index): Row => {
    const found = findings.filter((finding) => finding.secret === secretName(secret));
    const note = secret.readers.length === 0 ? NO_READER : undefined;
    return { id: `secret ${index}`, name: secret.name, detail: secret.keptIn, marks: [], found: marksOf(found), note };
  });
  return [{ id: 'secrets', column: 2, kind: 'Secrets', names: [], marks: [], rows }];
}

/** Readers of the same secrets are one box. */
function readersOf(secrets: SecretReport[]): Picture {
  const readers = [...new Set(secrets.flatMap((secret) => secret.readers))];
  const readBy = (reader: string) => secrets.flatMap((secret, index) => (secret.readers.includes(reader) ? [index] : []));
  const sets = [...new Set(readers.map((reader) => readBy(reader).join()))];
  const boxes = sets.map((set, index): Box => {
    const names = readers.filter((reader) => readBy(reader).join() === set);
    return { id: `readers ${index}`, column: 0, kind: 'May read secrets', names, marks: [], rows: [] };
  });
  const arrows = sets.flatMap((set, index) =>
    set.split(',').map((secret): Arrow => {
      const [from, to] = [`readers ${index}`, `secret ${secret}`];
      return { id: `${from} > ${to}`, from, to, meaning: 'reads', marks: [] };
    }),
  );
  return { boxes, arrows };
}

/** Rules of one Ingress may lead to the same listener several times. */
function distinct(listeners: ListenerReport[]): ListenerReport[] {
  const seen = new Set<string>();
  return listeners.filter((listener) => {
    const key = JSON.stringify(listener);
    return !seen.has(key) && seen.add(key);
  });
}
