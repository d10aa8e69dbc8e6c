import { Annotations, Aspects, IAspect, Lazy, TerraformStack } from 'cdktf';
import { IConstruct } from 'constructs';
import { badInput } from '../input';
import { ResolvedSettings } from '../qdrant/settings';
import { QdrantVersion } from '../qdrant/version';
import { Listener, ListenerProps, ListenerPurpose } from './listener';
import { exposureDiagram } from './report/diagram';
import { exposureTable } from './report/table';
import { rules } from './rules';
import { Acknowledgement, Finding, FindingSeverity } from './rules/rule';
import { SecretPlace, SecretPlaceProps } from './secret';

/** What a cluster construct tells its posture when it is made. */
export interface PostureProps {
  /** The server's release. */
  readonly version: QdrantVersion;

  /** The settings that the server gets. */
  readonly settings: ResolvedSettings;

  /** How many nodes the cluster has. */
  readonly nodeCount: number;

  /** Whether every client must present a certificate. */
  readonly clientVerification: boolean;

  /** Whether deleting the cluster, or a node of it, is guarded. */
  readonly protectedFromRemoval: boolean;
}

/**
 * What is exposed to whom, guarded by what, and where each secret lives.
 *
 * Each cluster construct fills in one posture; the rules, the table and the diagram read nothing else, so that every target is
 * judged by the same rules. An error stops the synthesis, a warning is shown with it.
 */
export class Posture {
  private readonly _listeners: Listener[] = [];
  private readonly _secrets: SecretPlace[] = [];
  private readonly _acknowledgements: Acknowledgement[] = [];
  private readonly scope: IConstruct;

  public readonly version: QdrantVersion;
  public readonly settings: ResolvedSettings;
  public readonly nodeCount: number;
  public readonly clientVerification: boolean;
  public readonly protectedFromRemoval: boolean;

  public constructor(scope: IConstruct, props: PostureProps) {
    this.scope = scope;
    this.version = props.version;
    this.settings = props.settings;
    this.nodeCount = props.nodeCount;
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

  /** Adds a secret. */
  public addSecret(props: SecretPlaceProps): SecretPlace {
    const secret = new SecretPlace(props);
    this._secrets.push(secret);
    return secret;
  }

  /** The ports that serve a purpose. */
  public listenersFor(purpose: ListenerPurpose): Listener[] {
    return this._listeners.filter((listener) => listener.purpose === purpose);
  }

  /**
   * Accepts the findings of one rule. The report shows who accepted what.
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
    if (reason.trim() === '') {
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

  /** A table in Markdown: what is exposed to whom, guarded by what. */
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
          findings: this.findings(),
        }),
      }),
    );
  }
}
