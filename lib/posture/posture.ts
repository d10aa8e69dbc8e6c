import { Annotations, Aspects, IAspect } from 'cdktf';
import { IConstruct } from 'constructs';
import { ResolvedSettings } from '../qdrant/resolved-settings';
import { QdrantVersion } from '../qdrant/version';
import { acceptedFor } from './accepted';
import { Acknowledgement } from './acknowledgement';
import { AcknowledgementOptions, Acknowledgements } from './acknowledgements';
import { PostureFacts } from './facts';
import { findingsOf, openOf } from './findings';
import { Listener, ListenerProps, ListenerPurpose } from './listener';
import { OutboundConnection } from './outbound';
import { exposureDiagram } from './report/diagram';
import { putReportIntoStack } from './report/stack-report';
import { exposureTable } from './report/table';
import { validateLast } from './last-look';
import { rules } from './rules';
import { acknowledgementUnused } from './rules/acknowledgement-unused';
import { reachUndeclared } from './rules/reach-undeclared';
import { Finding, FindingSeverity, Rule } from './rules/rule';
import { ReaderScope, SecretPlace, SecretPlaceProps, SecretPurpose } from './secret';
import { todayOf } from './today';
import { UndeclaredReach } from './undeclared-reach';
import { judgeAcknowledgements, unusedAcknowledgements } from './unused-acknowledgements';

const ERRORS = rules.filter(({ severity }) => severity === FindingSeverity.ERROR);
/** Whether an acknowledgement silences nothing is known, and said, last of all: an Aspect may still bring what it is for. */
const WARNINGS = rules.filter((rule) => rule.severity === FindingSeverity.WARNING && rule !== acknowledgementUnused);

/** Looks at what is synthesized. What was seen since Aspects were at work may be known, while synthesizing. */
type Observer = (mayBeKnown: boolean) => UndeclaredReach[];

/** What a cluster tells its posture. For an imported cluster it is unknown. */
export interface PostureProps {
  /**
   * The Qdrant version.
   *
   * @default - unknown
   */
  readonly version?: QdrantVersion;

  /**
   * The settings of the server.
   *
   * @default - unknown
   */
  readonly settings?: ResolvedSettings;

  /**
   * The number of nodes.
   *
   * @default - unknown
   */
  readonly nodeCount?: number;

  /**
   * The minimum number of availability zones of the nodes.
   *
   * @default - unknown
   */
  readonly zoneCount?: number;

  /**
   * Whether every client must present a certificate.
   *
   * @default - unknown
   */
  readonly clientVerification?: boolean;

  /**
   * Whether the cluster and its nodes have removal protection.
   *
   * @default - unknown
   */
  readonly protectedFromRemoval?: boolean;

  /**
   * The name of the cluster.
   *
   * @default - unknown
   */
  readonly clusterName?: string;

  /**
   * Whether the name was given, and does not follow from the path of the construct.
   *
   * @default - unknown
   */
  readonly clusterNameGiven?: boolean;
}

/** What may be unknown, in a reader's words. Where a construct is renamed that only imports a cluster, the cluster stays: its name is no matter. */
const FACTS: Array<[keyof PostureProps, string]> = [
  ['version', 'the version of Qdrant'],
  ['settings', 'the settings of the server'],
  ['nodeCount', 'the number of nodes'],
  ['clientVerification', 'whether every client must present a certificate'],
  ['protectedFromRemoval', 'whether the nodes and their data have removal protection'],
];

/**
 * The security posture of a cluster: what is exposed to whom, how it is protected, and where each secret is stored.
 *
 * Each cluster construct fills in one posture; the rules, the table and the diagram read nothing else, so that every target is
 * judged by the same rules. An error stops the synthesis, a warning is shown with it.
 */
export class Posture {
  private readonly _listeners: Listener[] = [];
  private readonly _outbound: OutboundConnection[] = [];
  private readonly _secrets: SecretPlace[] = [];
  private readonly _unprotected = new Set<number>();
  private readonly _observers: Observer[] = [];
  private readonly scope: IConstruct;
  /** What each node has less of than the cluster is sized for, one phrase each. @internal */
  public readonly _shortfalls: string[] = [];

  public readonly version?: QdrantVersion;
  public readonly settings?: ResolvedSettings;
  public readonly nodeCount?: number;
  public readonly zoneCount?: number;
  public readonly clientVerification?: boolean;
  public readonly protectedFromRemoval?: boolean;
  public readonly clusterName?: string;
  public readonly clusterNameGiven?: boolean;

  public constructor(scope: IConstruct, props: PostureProps = {}) {
    this.scope = scope;
    this.version = props.version;
    this.settings = props.settings;
    this.nodeCount = props.nodeCount;
    this.zoneCount = props.zoneCount;
    this.clientVerification = props.clientVerification;
    this.protectedFromRemoval = props.protectedFromRemoval;
    this.clusterName = props.clusterName;
    this.clusterNameGiven = props.clusterNameGiven;
    this.stopSynthesisOnErrors();
    this.showWarnings();
    judgeAcknowledgements(scope, (ruleId, mayBeKnown) => this.mayFind(ruleId, mayBeKnown));
    putReportIntoStack(scope, () => this.report());
  }

  /** All listeners of the cluster. */
  public get listeners(): Listener[] {
    return [...this._listeners];
  }

  /** The outgoing connections that are allowed, except those between the nodes. */
  public get outbound(): OutboundConnection[] {
    return [...this._outbound];
  }

  /** What is unknown about an imported cluster. No rule checks it. */
  public get unknown(): string[] {
    return FACTS.filter(([fact]) => this[fact] === undefined).map(([, words]) => words);
  }

  /** All secrets of the cluster. */
  public get secrets(): SecretPlace[] {
    return [...this._secrets];
  }

  /** The findings that were accepted, with reasons: those of the cluster, then those of the constructs around it, the nearest first. */
  public get acknowledgements(): Acknowledgement[] {
    return acceptedFor(this.scope);
  }

  /** Adds a listener. */
  public addListener(props: ListenerProps): Listener {
    const listener = new Listener(props);
    this._listeners.push(listener);
    return listener;
  }

  /** Adds an outgoing connection. */
  public addOutbound(connection: OutboundConnection): void {
    this._outbound.push(connection);
  }

  /** Adds a secret. */
  public addSecret(props: SecretPlaceProps): SecretPlace {
    const secret = new SecretPlace(props);
    this._secrets.push(secret);
    return secret;
  }

  /** Writes down that someone may read a secret. @internal */
  public _addReader(purpose: SecretPurpose, reader: string, scope?: ReaderScope): void {
    this._secrets.filter((secret) => secret.purpose === purpose).forEach((secret) => secret.addReader(reader, scope));
  }

  /** Records that a node may be removed. @internal */
  public _unprotectNode(index: number): void {
    this._unprotected.add(index);
  }

  /** The numbers of the nodes that removal protection no longer covers. */
  public get unprotectedNodes(): number[] {
    return [...this._unprotected].sort((one, other) => one - other);
  }

  /** Has what is synthesized looked at, for who is let in that nobody declared. @internal */
  public _observeBy(observer: Observer): void {
    this._observers.push(observer);
    if (this._observers.length === 1) validateLast(this.scope, () => this.open([reachUndeclared]));
  }

  /** Who is let in by what would be synthesized now, overrides and the resources of others included, and was not declared to be. */
  public get undeclaredReach(): UndeclaredReach[] {
    return this.observed(false);
  }

  /** The listeners for a purpose. */
  public listenersFor(purpose: ListenerPurpose): Listener[] {
    return this._listeners.filter((listener) => listener.purpose === purpose);
  }

  /**
   * Accepts the findings of a rule. The report lists accepted findings with their reasons. `Acknowledgements` accepts them for every cluster in a scope.
   *
   * @param ruleId for example `QDR003`
   * @param reason why it is acceptable here
   * @param options until when it is acceptable
   * @throws if there is no such rule, no reason is given, or the end is no day
   */
  public acknowledge(ruleId: string, reason: string, options: AcknowledgementOptions = {}): void {
    Acknowledgements.of(this.scope)._add('acknowledge', ruleId, reason, options);
  }

  /** All findings of the rules, including accepted ones. */
  public findings(): Finding[] {
    return this.findingsBy(rules, false);
  }

  /** What rules find. */
  private findingsBy(judges: Rule[], mayBeKnown: boolean): Finding[] {
    const acknowledgements = this.acknowledgements;
    const facts = this.facts(mayBeKnown);
    return judges.flatMap((rule) => findingsOf(rule, facts, acknowledgements, todayOf(this.scope)));
  }

  /** Of a cluster that was made elsewhere a rule that finds nothing may only lack the facts. */
  private mayFind(ruleId: string, mayBeKnown: boolean): boolean {
    const facts = this.facts(mayBeKnown);
    return this.unknown.length > 0 || rules.some((rule) => rule.id === ruleId && rule.check(facts).length > 0);
  }

  /** Markdown tables of the listeners, with who can reach them and how they are protected, and of the outgoing connections. */
  public toTable(): string {
    return exposureTable(this);
  }

  /** A Mermaid diagram of who can reach which port. */
  public toDiagram(): string {
    return exposureDiagram(this);
  }

  private observed(mayBeKnown: boolean): UndeclaredReach[] {
    return this._observers.flatMap((observe) => observe(mayBeKnown));
  }

  /** What is synthesized is looked at by the one rule that asks for it; so is what was accepted. */
  private facts(mayBeKnown: boolean): PostureFacts {
    return Object.defineProperties(Object.create(this) as PostureFacts, {
      shortfalls: { value: this._shortfalls },
      undeclaredReach: { get: () => this.observed(mayBeKnown) },
      unusedAcknowledgements: { get: () => unusedAcknowledgements(this.scope, mayBeKnown) },
    });
  }

  private open(judges: Rule[]): string[] {
    return openOf(this.findingsBy(judges, true));
  }

  private stopSynthesisOnErrors(): void {
    this.scope.node.addValidation({ validate: () => this.open(ERRORS) });
  }

  private showWarnings(): void {
    const warn: IAspect = {
      visit: (construct) => {
        if (construct !== this.scope) return;
        this.open(WARNINGS).forEach((message) => Annotations.of(this.scope).addWarning(message));
      },
    };
    Aspects.of(this.scope).add(warn);
  }

  private report(): object {
    return {
      exposure: this.toTable(),
      diagram: this.toDiagram(),
      secrets: this.secrets.map(({ purpose, keptIn, origin, readers }) => ({ name: purpose, keptIn, origin, readers })),
      outbound: this.outbound,
      unknown: this.unknown,
      findings: this.findingsBy(rules, true),
    };
  }
}
