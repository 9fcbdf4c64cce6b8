import manifest from '../../package.json' with { type: 'json' };
import { SERVICES as CLOUD_SERVICES, SERVICE_TYPES } from '../services/index.ts';
import { warningsAbout } from './cross-checks.ts';
import type { ConfigResult } from './load.ts';
import { type Finding, pathText, type SettingPath } from './problem.ts';
import { resolveSettings } from './resolve.ts';
import { settingsSchema } from './schema.ts';
import { validate } from './validate.ts';

/** The configuration file if nothing else names one. */
export const STANDARD_CONFIG_FILE = '/etc/huaweicloud-backup-exporter/config.yml';

export type Environment = Readonly<Record<string, string | undefined>>;

/** The variables of each setting, in order of precedence. */
type Variables = Readonly<Record<string, readonly string[]>>;

const POLL: Variables = { interval: ['HUAWEICLOUD_BACKUP_POLL_INTERVAL'] };

const PROJECT: Variables = {
  region: ['HUAWEICLOUD_SDK_REGION', 'HW_REGION_NAME'],
  project_id: ['HUAWEICLOUD_SDK_PROJECT_ID', 'HW_PROJECT_ID'],
  project_name: ['HW_PROJECT_NAME'],
  cloud: ['HUAWEICLOUD_BACKUP_CLOUD'],
  iam_endpoint: ['HUAWEICLOUD_BACKUP_IAM_ENDPOINT'],
};

interface SignIn {
  readonly type: string;
  readonly required: Variables;
  readonly optional?: Variables;
}

/** Ways to sign in, in order of preference. Variables of different ways are never mixed. */
const SIGN_INS: readonly SignIn[] = [
  {
    type: 'access-key',
    required: { access_key: ['HUAWEICLOUD_SDK_AK'], secret_key: ['HUAWEICLOUD_SDK_SK'] },
    optional: { security_token: ['HUAWEICLOUD_SDK_SECURITY_TOKEN'] },
  },
  {
    type: 'access-key',
    required: { access_key: ['HW_ACCESS_KEY'], secret_key: ['HW_SECRET_KEY'] },
    optional: { security_token: ['HW_SECURITY_TOKEN'] },
  },
  {
    type: 'password',
    required: { user: ['HW_USER_NAME'], password: ['HW_USER_PASSWORD'], domain: ['HW_DOMAIN_NAME'] },
  },
];

const SERVICES = 'HUAWEICLOUD_BACKUP_SERVICES';

/** The default of `HUAWEICLOUD_BACKUP_SERVICES`. */
export const SERVICES_BY_DEFAULT = CLOUD_SERVICES.filter(({ byDefault }) => byDefault).map(
  ({ type }) => type,
);

const endpointVariable = (service: string): string =>
  `HUAWEICLOUD_BACKUP_${service.toUpperCase().replaceAll('-', '_')}_ENDPOINT`;

interface EnvironmentVariable {
  readonly name: string;
  /** The setting that it provides. */
  readonly setting: string;
  /** The only type of service that it applies to. */
  readonly service?: string;
}

const listed = (section: string, variables: Variables = {}): readonly EnvironmentVariable[] =>
  Object.entries(variables).flatMap(([key, names]) =>
    names.map((name) => ({ name, setting: `${section}.${key}` })),
  );

/** Every variable, in order of precedence. */
export const ENVIRONMENT_VARIABLES: readonly EnvironmentVariable[] = [
  ...listed('projects[]', PROJECT),
  ...SIGN_INS.flatMap(({ required, optional }) =>
    listed('projects[].credentials', { ...required, ...optional }),
  ),
  { name: SERVICES, setting: 'projects[].services[].type' },
  ...SERVICE_TYPES.map((service) => {
    return { name: endpointVariable(service), setting: 'projects[].services[].endpoint', service };
  }),
  ...listed('poll', POLL),
];

const requiredBy = ({ required }: SignIn): readonly string[] => Object.values(required).flat();

const NO_CONFIGURATION = `no configuration: pass --config.file, create ${STANDARD_CONFIG_FILE}, or set HUAWEICLOUD_SDK_REGION, HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK (others: ${manifest.homepage}/blob/main/docs/configuration.md)`;

const CREDENTIALS = SIGN_INS.map((signIn) => requiredBy(signIn).join(' and ')).join(', or ');

const problemWith = (variable: string, message: string): string => `environment: ${variable}: ${message}`;

const missingFor = (signIn: SignIn | undefined, isSet: (variable: string) => boolean): readonly string[] => {
  if (signIn === undefined) return [`environment: credentials are missing; expected ${CREDENTIALS}`];
  const required = requiredBy(signIn);
  const message = `missing; required together with ${required.filter(isSet).join(' and ')}`;
  return required.filter((variable) => !isSet(variable)).map((variable) => problemWith(variable, message));
};

/** Creates a configuration of one project from the environment. Mistakes are named after the variables. */
export const configFromEnvironment = (env: Environment): ConfigResult => {
  const isSet = (variable: string): boolean => (env[variable] ?? '').trim() !== '';
  if (!ENVIRONMENT_VARIABLES.some(({ name }) => isSet(name))) {
    return { ok: false, problems: [NO_CONFIGURATION] };
  }
  const signIn = SIGN_INS.find((one) => requiredBy(one).some(isSet));
  const credentials: Variables = { ...signIn?.required, ...signIn?.optional };
  const valueFrom = (...names: readonly string[]): string | undefined => {
    const name = names.find(isSet);
    return name && env[name];
  };
  const valuesFrom = (variables: Variables) =>
    Object.fromEntries(Object.entries(variables).map(([key, names]) => [key, valueFrom(...names)]));
  const types = valueFrom(SERVICES)
    ?.split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
  const services = (types ?? SERVICES_BY_DEFAULT).map((type) => {
    return { type, endpoint: valueFrom(endpointVariable(type)) };
  });
  const project = {
    ...valuesFrom(PROJECT),
    credentials: signIn && { type: signIn.type, ...valuesFrom(credentials) },
    services,
  };

  const variablesFor = ([, , section, index, key]: SettingPath, last: string): readonly string[] => {
    if (section !== 'services') return { ...POLL, ...PROJECT, ...credentials }[last] ?? [];
    return [key === 'endpoint' ? endpointVariable(services[Number(index)]?.type ?? '') : SERVICES];
  };
  const nameOf = (path: SettingPath): string => {
    const names = variablesFor(path, String(path.at(-1)));
    return names.find(isSet) ?? (names.join(' or ') || pathText(path));
  };
  const problemOf = ({ path, message }: Finding): string => problemWith(nameOf(path), message);

  const result = validate(settingsSchema, { poll: valuesFrom(POLL), projects: [project] });
  const missing = missingFor(signIn, isSet);
  if (missing.length > 0 || !result.ok) {
    const mistakes = result.ok ? [] : result.mistakes;
    // Missing credentials are reported by the names of variables.
    const others = mistakes.filter((mistake) => !(mistake.missing && mistake.path[2] === 'credentials'));
    return { ok: false, problems: [...missing, ...others.map(problemOf)] };
  }
  const config = resolveSettings(result.value, {
    originOf: (path) => `the variable ${nameOf(path)}`,
    locate: (file) => file,
  });
  return { ok: true, config, warnings: warningsAbout(config).map(problemOf) };
};
