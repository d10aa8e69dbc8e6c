import { Annotations, Aspects, IAspect, Lazy, TerraformStack } from 'cdktf';
import { IConstruct } from 'constructs';
import { badInput } from '../input/input';
import { ResolvedSettings } from '../qdrant/resolved-settings';
import { QdrantVersion } from '../qdrant/version';
import { PostureFacts } from './facts';
import { Listener, ListenerProps, ListenerPurpose } from './listener';
import { OutboundConnection } from './outbound';
import { exposureDiagram } from './report/diagram';
import { exposureTable } from './report/table';
import { rules } from './rules';
import { Acknowledgement, Finding, FindingSeverity } from './rules/rule';
import { ReaderScope, SecretPlace, SecretPlaceProps } from './secret';

/** What a cluster construct tells its posture when it is made. Of a cluster that was made elsewhere it is unknown. */
export interface PostureProps {
  /**
   * The server's release.
   *
   * @default - unknown
   */
  readonly version?: QdrantVersion;

  /**
   * The settings that the server gets.
   *
   * @default - unknown
   */
  readonly settings?: ResolvedSettings;

  /**
   * How many nodes the cluster has.
   *
   * @default - unknown
   */
  readonly nodeCount?: number;

  /**
   * In how many availability zones its nodes stand at least.
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
   * Whether deleting the cluster, or a node of it, is guarded.
   *
   * @default - unknown
   */
  readonly protectedFromRemoval?: boolean;
}

/** What may be unknown, in a reader's words. */
const FACTS: Array<[keyof PostureFacts, string]> = [
  ['version', 'the release of Qdrant'],
  ['settings', 'the settings of the server'],
  ['nodeCount', 'the number of nodes'],
  ['clientVerification', 'whether every client must present a certificate'],
  ['protectedFromRemoval', 'whether anything guards the nodes and their data against removal'],
];

/**
 * What is exposed to whom, guarded by what, and where each secret lives.
 *
 * Each cluster construct fills in one posture; the rules, the table and the diagram read nothing else, so that every target is
 * judged by the same rules. An error stops the synthesis, a warning is shown with it.
 */
export class Posture {
  private readonly _listeners: Listener[] = [];
  private readonly _outbound: OutboundConnection[] = [];
  private readonly _secrets: SecretPlace[] = [];
  private readonly _acknowledgements: Acknowledgement[] = [];
  private readonly _released = new Set<number>();
  private readonly scope: IConstruct;

  public readonly version?: QdrantVersion;
  public readonly settings?: ResolvedSettings;
  public readonly nodeCount?: number;
  public readonly zoneCount?: number;
  public readonly clientVerification?: boolean;
  public readonly protectedFromRemoval?: boolean;

  public constructor(scope: IConstruct, props: PostureProps = {}) {
    this.scope = scope;
    this.version = props.version;
    this.settings = props.settings;
    this.nodeCount = props.nodeCount;
    this.zoneCount = props.zoneCount;
    this.clientVerification = props.clientVerification;
    this.protectedFromRemoval = props.protectedFromRemoval;
    this.stopSynthesisOnErrors();
    this.showWarnings();
    this.putReportIntoStack();
  }

  /** Every port of the cluster. */
  public get listeners(): Listener[] {
    return [...this._listeners];
  }

  /** Where the cluster may connect to, besides its own nodes. */
  public get outbound(): OutboundConnection[] {
    return [...this._outbound];
  }

  /** What is not known of the cluster, as it was made elsewhere. No rule could judge it. */
  public get unknown(): string[] {
    return FACTS.filter(([fact]) => this[fact] === undefined).map(([, words]) => words);
  }

  /** Every secret of the cluster. */
  public get secrets(): SecretPlace[] {
    return [...this._secrets];
  }

  /** Which findings were accepted, and why. */
  public get acknowledgements(): Acknowledgement[] {
    return [...this._acknowledgements];
  }

  /** Adds a port. */
  public addListener(props: ListenerProps): Listener {
    const listener = new Listener(props);
    this._listeners.push(listener);
    return listener;
  }

  /** Adds a way out. */
  public addOutbound(connection: OutboundConnection): void {
    this._outbound.push(connection);
  }

  /** Adds a secret. */
  public addSecret(props: SecretPlaceProps): SecretPlace {
    const secret = new SecretPlace(props);
    this._secrets.push(secret);
    return secret;
  }

  /** Writes down that someone may read a secret, by its name. @internal */
  public _addReader(secretName: string, reader: string, scope?: ReaderScope): void {
    this._secrets.filter(({ name }) => name === secretName).forEach((secret) => secret.addReader(reader, scope));
  }

  /** Writes down that a node may be ended. @internal */
  public _releaseNode(index: number): void {
    this._released.add(index);
  }

  /** The numbers of the nodes that may be ended. */
  public get releasedNodes(): number[] {
    return [...this._released].sort((one, other) => one - other);
  }

  /** The ports that serve a purpose. */
  public listenersFor(purpose: ListenerPurpose): Listener[] {
    return this._listeners.filter((listener) => listener.purpose === purpose);
  }

  /**
   * Accepts the findings of a rule. The report lists accepted findings with their reasons.
   *
   * @param ruleId for example `QDR006`
   * @param reason why it is acceptable here
   * @throws if there is no such rule, or no reason is given
   */
  public acknowledge(ruleId: string, reason: string): void {
    if (!rules.some((rule) => rule.id === ruleId)) {
      throw badInput(this.scope, {
        given: `acknowledge("${ruleId}") names no rule`,
        allowed: rules.map((rule) => rule.id).join(', '),
        instead: 'the id that stands in the finding',
      });
    }
    if (typeof reason !== 'string' || reason.trim() === '') {
      throw badInput(this.scope, {
        given: `acknowledge("${ruleId}") has no reason`,
        allowed: 'a reason that a reviewer can judge',
        instead: `acknowledge('${ruleId}', 'why this is acceptable here')`,
      });
    }
    this._acknowledgements.push({ ruleId, reason });
  }

  /** What the rules found, the accepted ones included. */
  public findings(): Finding[] {
    return rules.flatMap((rule) => {
      const acknowledgement = this._acknowledgements.find(({ ruleId }) => ruleId === rule.id);
      return rule.check(this).map((what) => ({
        ruleId: rule.id,
        severity: rule.severity,
        what,
        reason: rule.reason,
        fix: rule.fix,
        acknowledgedBecause: acknowledgement?.reason,
      }));
    });
  }

  /** Tables in Markdown: what is exposed to whom, guarded by what; then where the cluster may connect to. */
  public toTable(): string {
    return exposureTable(this);
  }

  /** A diagram in Mermaid: who reaches which port. */
  public toDiagram(): string {
    return exposureDiagram(this);
  }

  private open(severity: FindingSeverity): string[] {
    return this.findings()
      .filter((finding) => finding.severity === severity && finding.acknowledgedBecause === undefined)
      .map(({ ruleId, what, reason, fix }) => `${ruleId}: ${what}. ${reason} Fix: ${fix}`);
  }

  private stopSynthesisOnErrors(): void {
    this.scope.node.addValidation({ validate: () => this.open(FindingSeverity.ERROR) });
  }

  private showWarnings(): void {
    const warn: IAspect = {
      visit: (construct) => {
        if (construct !== this.scope) return;
        this.open(FindingSeverity.WARNING).forEach((message) => Annotations.of(this.scope).addWarning(message));
      },
    };
    Aspects.of(this.scope).add(warn);
  }

  /** Terraform ignores the member `//`; whoever reviews the synthesized stack finds the report there. */
  private putReportIntoStack(): void {
    TerraformStack.of(this.scope).addOverride(
      `//.qdrant.${this.scope.node.path}`,
      Lazy.anyValue({
        produce: () => ({
          exposure: this.toTable(),
          diagram: this.toDiagram(),
          secrets: this.secrets.map(({ name, keptIn, origin, readers }) => ({ name, keptIn, origin, readers })),
          outbound: this.outbound,
          unknown: this.unknown,
          findings: this.findings(),
        }),
      }),
    );
  }
}
