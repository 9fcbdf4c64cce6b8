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
import { pathText, type SettingPath } from './problem.ts';
import {
  allServices,
  type ExpressionSettings,
  type ProjectSettings,
  type ServiceSettings,
  type Settings,
} from './schema.ts';
import { givenSecret, safeName, secretInFile } from './secret.ts';

/** The source of settings. */
export interface SettingsSource {
  /** How messages name a setting: `projects[0].credentials.password in config.yml`. */
  readonly originOf: (path: SettingPath) => string;
  /** Resolves the path of a file named in the settings. */
  readonly locate: (file: string) => string;
}

const IAM = { host: () => ({ label: 'iam' }) };

const resolveCredentials = (
  settings: ProjectSettings['credentials'],
  path: SettingPath,
  { originOf, locate }: SettingsSource,
): Credentials => {
  const given: Readonly<Record<string, string | undefined>> = settings;
  // The schema requires one of the two where a secret is required.
  const secret = (key: string): SecretSource => {
    const { [key]: text, [`${key}_file`]: file = '' } = given;
    if (text !== undefined) return givenSecret(text, originOf([...path, key]));
    const located = locate(file);
    return secretInFile(located, safeName(file, located, pathText([...path, `${key}_file`])));
  };
  const { type } = settings;
  switch (type) {
    case 'password':
      return { type, user: settings.user, domain: settings.domain, password: secret('password') };
    case 'access-key': {
      const isTemporary = (settings.security_token ?? settings.security_token_file) !== undefined;
      return {
        type,
        accessKey: settings.access_key,
        secretKey: secret('secret_key'),
        securityToken: isTemporary ? secret('security_token') : undefined,
      };
    }
    case 'ecs-agency':
      return { type };
    case 'oidc':
      return { type, idpId: settings.idp_id, token: secret('token') };
    case 'token':
      return { type, token: secret('token') };
    default:
      return type satisfies never;
  }
};

const resolveExpressions = (settings: ExpressionSettings): ResourceExpressions => ({
  resourceName: settings.resource_name,
  resourceId: settings.resource_id,
});

const resolveService = (
  settings: ServiceSettings,
  { region, cloud }: ProjectSettings,
  interval: Seconds | undefined,
): ServiceConfig => {
  const { type, endpoint, include, exclude, inventory } = settings;
  const service = serviceOf(type);
  return {
    type,
    api: service.api(settings),
    errors: service.errors,
    own: Object.fromEntries(Object.entries(settings).filter(([key]) => key in service.settings)),
    endpoint: endpoint ?? defaultEndpoint(service, region, cloud),
    interval: interval ?? service.defaultInterval ?? DEFAULT_INTERVAL,
    include: include && resolveExpressions(include),
    exclude: exclude && resolveExpressions(exclude),
    inventory,
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
  const { poll, limits, rpo, tags, projects } = settings;
  const { interval = DEFAULT_INTERVAL, concurrency } = poll;
  const timeout = poll.timeout ?? defaultTimeout(interval);
  const requestTimeout = poll.request_timeout ?? defaultRequestTimeout(timeout);
  return {
    poll: { interval, timeout, requestTimeout, concurrency },
    limits,
    rpo: {
      default: rpo.default,
      overrides: rpo.overrides.map(({ match, rpo: objective }) => {
        const { project, region, service } = match;
        return { project, region, service, ...resolveExpressions(match), objective };
      }),
    },
    tags,
    projects: projects.map((project, index) =>
      resolveProject(project, ['projects', index], source, poll.interval),
    ),
  };
};
