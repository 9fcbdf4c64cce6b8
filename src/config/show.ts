import { stringify } from 'yaml';
import type {
  Config,
  Credentials,
  Objective,
  ProjectConfig,
  ResourceExpressions,
  ServiceConfig,
} from './config.ts';
import { formatDuration } from './duration.ts';

/** A configuration as YAML with its defaults. Secrets are shown by their source. */
export function showConfig({ poll, limits, rpo, tags, projects }: Config): string {
  const shown = {
    poll: {
      interval: formatDuration(poll.interval),
      timeout: formatDuration(poll.timeout),
      request_timeout: formatDuration(poll.requestTimeout),
      concurrency: poll.concurrency,
    },
    limits,
    rpo: {
      default: objective(rpo.default),
      overrides: rpo.overrides.map(({ project, region, service, objective: age, ...expressions }) => ({
        match: { project, region, service, ...resourceExpressions(expressions) },
        rpo: objective(age),
      })),
    },
    tags: [...tags],
    projects: projects.map(showProject),
  };
  return stringify(shown, { lineWidth: 0 });
}

const showProject = (project: ProjectConfig) => ({
  name: project.name,
  region: project.region,
  project_id: project.projectId,
  project_name: project.projectName,
  iam_endpoint: project.iamEndpoint,
  ca_file: project.caFile,
  proxy_url: project.proxyUrl === undefined ? undefined : withoutPassword(project.proxyUrl),
  credentials: showCredentials(project.credentials),
  services: project.services.map(showService),
});

const showService = ({ type, endpoint, include, exclude, inventory }: ServiceConfig) => ({
  type,
  endpoint,
  include: include && resourceExpressions(include),
  exclude: exclude && resourceExpressions(exclude),
  inventory,
});

const resourceExpressions = ({ resourceName, resourceId }: ResourceExpressions) => ({
  resource_name: resourceName?.source,
  resource_id: resourceId?.source,
});

/** Only names and sources of secrets: the secrets are not even read. */
function showCredentials(credentials: Credentials) {
  const { type } = credentials;
  switch (type) {
    case 'password': {
      const { user, domain, password } = credentials;
      return { type, user, domain, password: secret(password) };
    }
    case 'access-key': {
      const { secretKey, securityToken } = credentials;
      return {
        type,
        access_key: HIDDEN,
        secret_key: secret(secretKey),
        security_token: securityToken && secret(securityToken),
      };
    }
    case 'ecs-agency':
      return { type };
    case 'oidc':
      return { type, idp_id: credentials.idpId, token: secret(credentials.token) };
    case 'token':
      return { type, token: secret(credentials.token) };
    default:
      return type satisfies never;
  }
}

const HIDDEN = '<secret>';
const secret = ({ origin }: { readonly origin: string }): string => `${HIDDEN} from ${origin}`;

function objective(value: Objective): string {
  return value.kind === 'age' ? formatDuration(value.seconds) : value.kind;
}

function withoutPassword(address: string): string {
  const url = URL.parse(address);
  if (url === null) return HIDDEN;
  if (url.username !== '') url.username = 'secret';
  if (url.password !== '') url.password = 'secret';
  return url.href;
}
