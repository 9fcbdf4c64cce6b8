import { stringify } from 'yaml';
import type { Config, Credentials, Objective, ResourceExpressions, SecretSource } from './config.ts';
import { formatDuration } from './duration.ts';

const HIDDEN = '<secret>';

/** A configuration as YAML with its defaults. Secrets are shown by their source; they are not even read. */
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
      default: showObjective(rpo.default),
      overrides: rpo.overrides.map(({ project, region, service, objective, ...expressions }) => ({
        match: { project, region, service, ...showExpressions(expressions) },
        rpo: showObjective(objective),
      })),
    },
    tags,
    projects: projects.map((project) => ({
      name: project.name,
      region: project.region,
      project_id: project.projectId,
      project_name: project.projectName,
      iam_endpoint: project.iamEndpoint,
      ca_file: project.caFile,
      proxy_url: project.proxyUrl && withoutPassword(project.proxyUrl),
      credentials: showCredentials(project.credentials),
      services: project.services.map(({ type, endpoint, include, exclude, inventory }) => ({
        type,
        endpoint,
        include: include && showExpressions(include),
        exclude: exclude && showExpressions(exclude),
        inventory,
      })),
    })),
  };
  return stringify(shown, { lineWidth: 0 });
}

const showObjective = (objective: Objective): string =>
  objective.kind === 'age' ? formatDuration(objective.seconds) : objective.kind;

const showExpressions = ({ resourceName, resourceId }: ResourceExpressions) => ({
  resource_name: resourceName?.source,
  resource_id: resourceId?.source,
});

// Whatever else credentials contain may be a secret.
const HARMLESS = ['type', 'user', 'domain', 'idpId'];

function showCredentials(credentials: Credentials) {
  const entries: readonly (readonly [string, string | SecretSource | undefined])[] =
    Object.entries(credentials);
  const shown = entries.map(([key, value]) => {
    const name = key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    if (typeof value === 'object') return [name, `${HIDDEN} from ${value.origin}`];
    return [name, value === undefined || HARMLESS.includes(key) ? value : HIDDEN];
  });
  return Object.fromEntries(shown);
}

function withoutPassword(address: string): string {
  const url = URL.parse(address);
  if (url === null) return HIDDEN;
  if (url.username !== '') url.username = 'secret';
  if (url.password !== '') url.password = 'secret';
  return url.href;
}
