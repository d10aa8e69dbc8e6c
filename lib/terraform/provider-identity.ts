import { TerraformProvider } from 'cdktf';
import { IConstruct } from 'constructs';
import { identityOf } from './identity';
import { ProviderName } from './use-provider';

/** The arguments of a provider that say where it makes things. How it does so (retries, tags, proxies to the internet, checks) is another matter. */
const SAYS_WHERE: { [name in ProviderName]: string[] } = {
  aws: [
    'access_key',
    'allowed_account_ids',
    'assume_role',
    'assume_role_with_web_identity',
    'ec2_metadata_service_endpoint',
    'endpoints',
    'forbidden_account_ids',
    'profile',
    'region',
    'shared_config_files',
    'shared_credentials_files',
  ],
  // The same address is another Kubernetes cluster behind another proxy, or by another server name.
  kubernetes: [
    'client_certificate',
    'cluster_ca_certificate',
    'config_context',
    'config_context_auth_info',
    'config_context_cluster',
    'config_path',
    'config_paths',
    'exec',
    'host',
    'proxy_url',
    'tls_server_name',
    'token',
    'username',
  ],
};

/** Of a role that is assumed, what says where: its ARN has the account; its session may have any name. */
const SAYS_WHERE_OF_ROLE = ['role_arn'];

/**
 * Where a provider makes things, as text: equal for providers that make them in one place, as far as their configuration tells. What only the
 * environment tells apart, as credentials do, cannot be seen.
 *
 * @param provider undefined where the environment alone says where
 */
export function providerIdentity(seenFrom: IConstruct, name: ProviderName, provider: TerraformProvider | undefined): string {
  const { [name]: configurations } = provider?.toTerraform().provider ?? {};
  const says = only(SAYS_WHERE[name], configurations?.[0] ?? {});
  const where = Object.entries(says).map(([argument, value]) => [
    argument,
    argument.startsWith('assume_role') ? rolesOf(value) : value,
  ]);
  return identityOf(seenFrom, Object.fromEntries(where));
}

/** What is a reference as a whole is left as it is. */
function rolesOf(blocks: unknown): unknown {
  return Array.isArray(blocks) ? blocks.map((block: object) => only(SAYS_WHERE_OF_ROLE, block)) : blocks;
}

function only(names: string[], of: object): { [name: string]: unknown } {
  return Object.fromEntries(Object.entries(of).filter(([name]) => names.includes(name)));
}
