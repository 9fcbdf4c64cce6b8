import type { Seconds } from '../domain/quantities.ts';
import { defaultEndpoint } from '../services/host.ts';
import { serviceOf } from '../services/index.ts';
import type {
  Config,
  Credentials,
  ProjectConfig,
  ResourceExpressions,
  SecretSource,
  ServiceConfig,
} from './config.ts';
import { DEFAULT_INTERVAL, defaultRequestTimeout, defaultTimeout } from './duration.ts';
import type { SettingPath } from './problem.ts';
import { allServices, type ProjectSettings, type ServiceSettings, type Settings } from './schema.ts';
import { givenSecret, looksLikePath, secretInFile } from './secret.ts';
import type { TextFiles } from './text-file.ts';

/** The source of settings. */
export interface SettingsSource {
  /** How messages name a setting: `projects[0].credentials.password of config.yml`. */
  readonly originOf: (path: SettingPath) => string;
  /** Resolves the path of a file named in the settings. */
  readonly locate: (file: string) => string;
  readonly files: TextFiles;
}

const IAM = { host: () => ({ label: 'iam' }) };

type CredentialSettings = ProjectSettings['credentials'];
type ExpressionSettings = NonNullable<ServiceSettings['include']>;

const resolveCredentials = (
  settings: CredentialSettings,
  path: SettingPath,
  { originOf, locate, files }: SettingsSource,
): Credentials => {
  const texts: Readonly<Record<string, string | undefined>> = settings;
  const optionalSecret = (key: string): SecretSource | undefined => {
    const { [key]: given, [`${key}_file`]: file } = texts;
    if (given !== undefined) return givenSecret(given, originOf([...path, key]));
    if (file === undefined) return undefined;
    const unnamed = `the file named by ${originOf([...path, `${key}_file`])}`;
    return secretInFile(locate(file), files, looksLikePath(file) ? undefined : unnamed);
  };
  const secret = (key: string): SecretSource => {
    const source = optionalSecret(key);
    if (source === undefined) throw new Error(`${originOf([...path, key])} was not checked`);
    return source;
  };
  switch (settings.type) {
    case 'password': {
      const { type, user, domain } = settings;
      return { type, user, domain, password: secret('password') };
    }
    case 'access-key': {
      const { type, access_key: accessKey } = settings;
      const securityToken = optionalSecret('security_token');
      return { type, accessKey, secretKey: secret('secret_key'), securityToken };
    }
    case 'ecs-agency':
      return { type: settings.type };
    case 'oidc':
      return { type: settings.type, idpId: settings.idp_id, token: secret('token') };
    case 'token':
      return { type: settings.type, token: secret('token') };
    default:
      return settings satisfies never;
  }
};

const resolveExpressions = (settings: ExpressionSettings | undefined): ResourceExpressions | undefined =>
  settings && { resourceName: settings.resource_name, resourceId: settings.resource_id };

const resolveService = (
  settings: ServiceSettings,
  { region, cloud }: ProjectSettings,
  interval: Seconds | undefined,
): ServiceConfig => {
  const service = serviceOf(settings.type);
  return {
    type: settings.type,
    api: service.api(settings),
    errors: service.errors,
    own: Object.fromEntries(Object.entries(settings).filter(([key]) => key in service.settings)),
    endpoint: settings.endpoint ?? defaultEndpoint(service, region, cloud),
    interval: interval ?? service.defaultInterval ?? DEFAULT_INTERVAL,
    include: resolveExpressions(settings.include),
    exclude: resolveExpressions(settings.exclude),
    inventory: settings.inventory,
  };
};

const resolveProject = (
  settings: ProjectSettings,
  path: SettingPath,
  source: SettingsSource,
  interval: Seconds | undefined,
): ProjectConfig => ({
  name: settings.name ?? settings.region,
  region: settings.region,
  projectId: settings.project_id,
  projectName: settings.project_name,
  iamEndpoint: settings.iam_endpoint ?? defaultEndpoint(IAM, settings.region, settings.cloud),
  caFile: settings.ca_file === undefined ? undefined : source.locate(settings.ca_file),
  proxyUrl: settings.proxy_url,
  credentials: resolveCredentials(settings.credentials, [...path, 'credentials'], source),
  namesServices: settings.services !== undefined,
  services: (settings.services ?? allServices()).map((service) =>
    resolveService(service, settings, interval),
  ),
});

/** Turns valid settings into a configuration. */
export const resolveSettings = (settings: Settings, source: SettingsSource): Config => {
  const { interval = DEFAULT_INTERVAL, concurrency } = settings.poll;
  const timeout = settings.poll.timeout ?? defaultTimeout(interval);
  const requestTimeout = settings.poll.request_timeout ?? defaultRequestTimeout(timeout);
  return {
    poll: { interval, timeout, requestTimeout, concurrency },
    limits: { resources: settings.limits.resources },
    rpo: {
      default: settings.rpo.default,
      overrides: settings.rpo.overrides.map(({ match, rpo }) => ({
        project: match.project,
        region: match.region,
        service: match.service,
        resourceName: match.resource_name,
        resourceId: match.resource_id,
        objective: rpo,
      })),
    },
    tags: settings.tags,
    projects: settings.projects.map((project, index) =>
      resolveProject(project, ['projects', index], source, settings.poll.interval),
    ),
  };
};
