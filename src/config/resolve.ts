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
import { DEFAULT_INTERVAL, defaultRequestTimeout, defaultTimeout } from './poll-times.ts';
import type { SettingPath } from './problem.ts';
import type { ProjectSettings, Settings } from './schema.ts';
import { givenSecret, looksLikePath, secretInFile } from './secret.ts';
import type { TextFiles } from './text-file.ts';

/** Where settings come from. */
export interface SettingsSource {
  /** How a person knows a setting: `projects[0].credentials.password of config.yml`. */
  readonly originOf: (path: SettingPath) => string;
  /** The path of a file that the settings name, from where the program runs. */
  readonly locate: (file: string) => string;
  readonly files: TextFiles;
  /** Whether the project at an index lists its services; without this function, every one does. */
  readonly namesServices?: (project: number) => boolean;
}

const IAM = { host: () => ({ label: 'iam' }) };

type CredentialSettings = ProjectSettings['credentials'];
type ServiceSettings = ProjectSettings['services'][number];
type ExpressionSettings = NonNullable<ServiceSettings['include']>;

/** Where secrets of one project come from. */
interface SecretReader {
  readonly optional: (
    key: string,
    given: string | undefined,
    file: string | undefined,
  ) => SecretSource | undefined;
  readonly required: (key: string, given: string | undefined, file: string | undefined) => SecretSource;
}

const secretReader = (path: SettingPath, { originOf, locate, files }: SettingsSource): SecretReader => {
  const optional: SecretReader['optional'] = (key, given, file) => {
    if (given !== undefined) return givenSecret(given, originOf([...path, key]));
    if (file === undefined) return undefined;
    const origin = looksLikePath(file)
      ? undefined
      : `the file named by ${originOf([...path, `${key}_file`])}`;
    return secretInFile(locate(file), files, origin);
  };
  return {
    optional,
    required: (key, given, file) => {
      const secret = optional(key, given, file);
      if (secret === undefined) throw new Error(`${originOf([...path, key])} was not checked`);
      return secret;
    },
  };
};

const resolveCredentials = (settings: CredentialSettings, secrets: SecretReader): Credentials => {
  switch (settings.type) {
    case 'password': {
      const { type, user, domain, password, password_file: file } = settings;
      return { type, user, domain, password: secrets.required('password', password, file) };
    }
    case 'access-key': {
      const { type, access_key: accessKey, secret_key: key, security_token: token } = settings;
      return {
        type,
        accessKey,
        secretKey: secrets.required('secret_key', key, settings.secret_key_file),
        securityToken: secrets.optional('security_token', token, settings.security_token_file),
      };
    }
    case 'ecs-agency':
      return { type: settings.type };
    case 'oidc': {
      const { type, idp_id: idpId, token_file: file } = settings;
      return { type, idpId, token: secrets.required('token', undefined, file) };
    }
    case 'token':
      return {
        type: settings.type,
        token: secrets.required('token', settings.token, settings.token_file),
      };
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
  namesServices: typeof path[1] !== 'number' || source.namesServices?.(path[1]) !== false,
  credentials: resolveCredentials(settings.credentials, secretReader([...path, 'credentials'], source)),
  services: settings.services.map((service) => resolveService(service, settings, interval)),
});

/** Turns settings without a mistake into what the program works with. */
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
