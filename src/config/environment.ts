import type { ServiceType } from '../domain/service.ts';
import { SERVICES as CLOUD_SERVICES, SERVICE_TYPES } from '../services/index.ts';
import { warningsAbout } from './cross-checks.ts';
import type { ConfigResult } from './load.ts';
import { type Problem, pathText, problemAt, type SettingPath } from './problem.ts';
import { resolveSettings } from './resolve.ts';
import { settingsSchema } from './schema.ts';
import { machineFiles } from './text-file.ts';
import { validate } from './validate.ts';

/** The variables of a process. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A variable that configures the exporter when there is no configuration file. */
interface EnvironmentVariable {
  readonly name: string;
  readonly description: string;
}

const SERVICES_BY_DEFAULT = CLOUD_SERVICES.filter(({ byDefault }) => byDefault).map(({ type }) => type);

const listed = (types: readonly ServiceType[]): string => types.map((type) => `\`${type}\``).join(', ');

const REGION = ['HUAWEICLOUD_SDK_REGION', 'HW_REGION_NAME'];
const PROJECT_ID = ['HUAWEICLOUD_SDK_PROJECT_ID', 'HW_PROJECT_ID'];
const PROJECT_NAME = 'HW_PROJECT_NAME';
const SERVICES = 'HUAWEICLOUD_BACKUP_SERVICES';
const CLOUD = 'HUAWEICLOUD_BACKUP_CLOUD';
const IAM_ENDPOINT = 'HUAWEICLOUD_BACKUP_IAM_ENDPOINT';
const POLL_INTERVAL = 'HUAWEICLOUD_BACKUP_POLL_INTERVAL';

/** Keys that belong together; those of one family are never mixed with those of another. */
const ACCESS_KEYS = [
  {
    access: 'HUAWEICLOUD_SDK_AK',
    secret: 'HUAWEICLOUD_SDK_SK',
    securityToken: 'HUAWEICLOUD_SDK_SECURITY_TOKEN',
  },
  { access: 'HW_ACCESS_KEY', secret: 'HW_SECRET_KEY', securityToken: 'HW_SECURITY_TOKEN' },
] as const;

const USER = 'HW_USER_NAME';
const PASSWORD = 'HW_USER_PASSWORD';
const DOMAIN = 'HW_DOMAIN_NAME';

const endpointVariable = (service: ServiceType): string =>
  `HUAWEICLOUD_BACKUP_${service.toUpperCase().replaceAll('-', '_')}_ENDPOINT`;

/** Every variable that is read, in the order of the reference; an earlier one of the same purpose counts before a later. */
export const ENVIRONMENT_VARIABLES: readonly EnvironmentVariable[] = [
  ...REGION.map((name) => ({ name, description: 'Region. One of the two is required.' })),
  ...ACCESS_KEYS.flatMap(({ access, secret, securityToken }) => [
    { name: access, description: 'Id of an access key (AK).' },
    { name: secret, description: 'Secret of the access key (SK).' },
    { name: securityToken, description: 'Security token of a temporary access key.' },
  ]),
  { name: USER, description: 'Name of an IAM user; used when there is no access key.' },
  { name: PASSWORD, description: 'Password of the IAM user.' },
  { name: DOMAIN, description: 'Name of the account that the user belongs to.' },
  ...PROJECT_ID.map((name) => ({ name, description: 'Id of the project; asked from IAM when not set.' })),
  { name: PROJECT_NAME, description: 'Name of the project in IAM; the region when not set.' },
  {
    name: SERVICES,
    description: `Services to poll, separated by commas: ${listed(SERVICE_TYPES)}. ${listed(SERVICES_BY_DEFAULT)} when not set.`,
  },
  { name: CLOUD, description: 'Domain of the endpoints; by region when not set.' },
  { name: IAM_ENDPOINT, description: 'URL of IAM.' },
  ...SERVICE_TYPES.map((type) => ({
    name: endpointVariable(type),
    description: `URL of the service \`${type}\`.`,
  })),
  { name: POLL_INTERVAL, description: 'Time from one poll to the next; `5m` when not set.' },
];

/** Collects settings, and from which variable each came. */
interface Collection {
  readonly names: Map<string, string>;
  readonly problems: Problem[];
  /** The value of the first variable that is set; remembers that it gives the setting at the path. */
  readonly take: (path: SettingPath, ...variables: readonly string[]) => string | undefined;
  readonly isSet: (variable: string) => boolean;
  readonly miss: (variable: string, message: string) => void;
}

const problemWith = (variable: string, message: string): Problem =>
  problemAt('environment', undefined, variable, message);

const collect = (env: Environment): Collection => {
  const names = new Map<string, string>();
  const problems: Problem[] = [];
  const isSet = (variable: string): boolean => (env[variable] ?? '').trim() !== '';
  return {
    names,
    problems,
    isSet,
    take: (path, ...variables) => {
      const variable = variables.find(isSet) ?? variables[0] ?? '';
      names.set(pathText(path), variable);
      return isSet(variable) ? env[variable] : undefined;
    },
    miss: (variable, message) => problems.push(problemWith(variable, message)),
  };
};

const CREDENTIALS: SettingPath = ['projects', 0, 'credentials'];

const accessKeyFrom = (
  { take, isSet, miss }: Collection,
  { access, secret, securityToken }: (typeof ACCESS_KEYS)[number],
) => {
  if (!isSet(access)) miss(access, `missing while ${secret} is set; expected both or none`);
  if (!isSet(secret)) miss(secret, `missing while ${access} is set; expected both or none`);
  return {
    type: 'access-key',
    access_key: take([...CREDENTIALS, 'access_key'], access),
    secret_key: take([...CREDENTIALS, 'secret_key'], secret),
    security_token: take([...CREDENTIALS, 'security_token'], securityToken),
  };
};

const passwordFrom = ({ take, isSet, miss }: Collection) => {
  const needed = [USER, PASSWORD, DOMAIN];
  const given = needed.filter(isSet);
  for (const variable of needed.filter((name) => !isSet(name))) {
    miss(
      variable,
      `missing while ${given.join(' and ')} ${given.length > 1 ? 'are' : 'is'} set; expected all of ${needed.join(', ')}`,
    );
  }
  return {
    type: 'password',
    user: take([...CREDENTIALS, 'user'], USER),
    domain: take([...CREDENTIALS, 'domain'], DOMAIN),
    password: take([...CREDENTIALS, 'password'], PASSWORD),
  };
};

const CREDENTIALS_ALLOWED = `${ACCESS_KEYS.map(({ access, secret }) => `${access} and ${secret}`).join(', or ')}, or ${USER}, ${PASSWORD} and ${DOMAIN}`;

const credentialsFrom = (collection: Collection) => {
  const { isSet, miss } = collection;
  const family = ACCESS_KEYS.find(({ access, secret }) => isSet(access) || isSet(secret));
  if (family !== undefined) return accessKeyFrom(collection, family);
  if (isSet(USER) || isSet(PASSWORD)) return passwordFrom(collection);
  miss('', `credentials are missing; expected ${CREDENTIALS_ALLOWED}`);
  return undefined;
};

const servicesFrom = ({ take, names, miss }: Collection) => {
  const given = take(['projects', 0, 'services'], SERVICES);
  const words = given
    ?.split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
  if (words?.length === 0) miss(SERVICES, `no service is named; expected ${SERVICE_TYPES.join(', ')}`);
  return (words ?? SERVICES_BY_DEFAULT).map((type, index) => {
    const path = ['projects', 0, 'services', index];
    names.set(pathText([...path, 'type']), SERVICES);
    const known = SERVICE_TYPES.find((service) => service === type);
    return { type, endpoint: known && take([...path, 'endpoint'], endpointVariable(known)) };
  });
};

const NOTHING = `nothing is configured; expected a configuration file, or the variables ${REGION.join(' or ')}, with ${CREDENTIALS_ALLOWED}`;

/** Makes a configuration of one project from the environment. Mistakes are named after the variables. */
export const configFromEnvironment = (env: Environment): ConfigResult => {
  const collection = collect(env);
  const { take, isSet, miss, names, problems } = collection;
  if (!ENVIRONMENT_VARIABLES.some(({ name }) => isSet(name))) {
    return { ok: false, problems: [problemWith('', NOTHING)] };
  }
  const project: SettingPath = ['projects', 0];
  const region = take([...project, 'region'], ...REGION);
  if (region === undefined) miss(REGION.join(' or '), 'missing; expected a region, such as cn-north-4');
  const settings = {
    poll: { interval: take(['poll', 'interval'], POLL_INTERVAL) },
    projects: [
      {
        region,
        project_id: take([...project, 'project_id'], ...PROJECT_ID),
        project_name: take([...project, 'project_name'], PROJECT_NAME),
        cloud: take([...project, 'cloud'], CLOUD),
        iam_endpoint: take([...project, 'iam_endpoint'], IAM_ENDPOINT),
        credentials: credentialsFrom(collection),
        services: servicesFrom(collection),
      },
    ],
  };
  const nameOf = (path: SettingPath): string => names.get(pathText(path)) ?? pathText(path);
  const result = validate(settingsSchema, settings);
  if (problems.length > 0 || !result.ok) {
    // What is missing has been reported above, in the words of the environment.
    const wrong = result.ok ? [] : result.mistakes.filter(({ missing }) => !missing || problems.length === 0);
    const others = wrong.map(({ path, message }) => problemWith(nameOf(path), message));
    return { ok: false, problems: [...problems, ...others] };
  }
  const config = resolveSettings(result.value, {
    originOf: (path) => `the variable ${nameOf(path)}`,
    locate: (file) => file,
    files: machineFiles,
  });
  const warnings = warningsAbout(result.value).map(({ path, message }) => problemWith(nameOf(path), message));
  return { ok: true, config, warnings };
};
