import { existsSync, readFileSync } from 'node:fs';
import { request, RequestOptions } from 'node:https';
import { KubernetesObject } from './objects';

/** An answer of the API. */
export interface ApiAnswer {
  readonly status: number;
  readonly body: any;
}

/** A client of a Kubernetes API. */
export abstract class ApiClient {
  /** Kinds of custom resources whose plural is not made by a rule. */
  protected readonly plurals = new Map<string, string>();
  protected abstract readonly token: string;
  /** Where the API is served: a host and a port, or a socket. */
  protected abstract readonly place: RequestOptions;
  protected abstract readonly authorityFile: string;

  /** Applies an object as `kubectl apply --server-side --validate=strict` does; `dryRun` has it admitted and then forgotten. */
  public apply(object: KubernetesObject, dryRun = false): Promise<ApiAnswer> {
    const query = `fieldManager=tests&force=true&fieldValidation=Strict${dryRun ? '&dryRun=All' : ''}`;
    return this.call(
      'PATCH',
      `${this.pathOf(object)}/${object.metadata.name}?${query}`,
      object,
      'application/apply-patch+yaml',
    );
  }

  /** Makes an object, which must not be there. */
  public create(object: KubernetesObject, dryRun = false): Promise<ApiAnswer> {
    const query = `fieldValidation=Strict${dryRun ? '&dryRun=All' : ''}`;
    return this.call('POST', `${this.pathOf(object)}?${query}`, object);
  }

  /** Whether a service account may do something to an object by its name. */
  public async may(account: { namespace: string; name: string }, attributes: { [name: string]: string }): Promise<boolean> {
    const review = {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      spec: {
        user: `system:serviceaccount:${account.namespace}:${account.name}`,
        groups: ['system:serviceaccounts', `system:serviceaccounts:${account.namespace}`],
        resourceAttributes: attributes,
      },
    };
    return (await this.call('POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', review)).body.status.allowed;
  }

  /** A call of the API by its path. */
  public call(method: string, path: string, body?: unknown, contentType = 'application/json'): Promise<ApiAnswer> {
    const ca = existsSync(this.authorityFile) ? readFileSync(this.authorityFile) : undefined;
    const headers = { authorization: `Bearer ${this.token}`, 'content-type': contentType, accept: 'application/json' };
    return new Promise((resolve, reject) => {
      // Terraform keeps this process waiting for longer than the API keeps a connection that nobody uses.
      const call = request({ ...this.place, method, path, ca, headers, agent: false, timeout: 30000 }, (response) => {
        let text = '';
        response.on('data', (part) => (text += part));
        response.on('end', () =>
          resolve({ status: response.statusCode!, body: text.startsWith('{') ? JSON.parse(text) : text }),
        );
      });
      call.on('error', reject).on('timeout', () => call.destroy(new Error(`no answer to ${method} ${path}`)));
      call.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  /** The address of a kind of object. */
  public pathOf({ apiVersion, kind, metadata }: KubernetesObject): string {
    const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const name = kind.toLowerCase();
    const plural =
      this.plurals.get(`${apiVersion}/${kind}`) ?? (name.endsWith('s') ? `${name}es` : `${name}s`.replace(/ys$/, 'ies'));
    return `${root}${metadata.namespace ? `/namespaces/${metadata.namespace}` : ''}/${plural}`;
  }
}
