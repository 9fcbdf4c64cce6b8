import { SERVICES as CLOUD_SERVICES, SERVICE_TYPES } from '../services/index.ts';
import { warningsAbout } from './cross-checks.ts';
import type { ConfigResult } from './load.ts';
import { type Finding, type Problem, pathText, problemAt, type SettingPath } from './problem.ts';
import { resolveSettings } from './resolve.ts';
import { settingsSchema } from './schema.ts';
import { validate } from './validate.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** The variables for each setting, in order of precedence. */
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
  readonly optional: Variables;
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
    optional: {},
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

const listed = (variables: Variables, section: string): readonly EnvironmentVariable[] =>
  Object.entries(variables).flatMap(([key, names]) =>
    names.map((name) => ({ name, setting: `${section}.${key}` })),
  );

/** Every variable, in order of precedence. */
export const ENVIRONMENT_VARIABLES: readonly EnvironmentVariable[] = [
  ...listed(PROJECT, 'projects[]'),
  ...SIGN_INS.flatMap(({ required, optional }) =>
    listed({ ...required, ...optional }, 'projects[].credentials'),
  ),
  { name: SERVICES, setting: 'projects[].services[].type' },
  ...SERVICE_TYPES.map((service) => {
    return { name: endpointVariable(service), setting: 'projects[].services[].endpoint', service };
  }),
  ...listed(POLL, 'poll'),
];

const namesIn = (variables: Variables): readonly string[] => Object.values(variables).flat();

const CREDENTIALS = SIGN_INS.map(({ required }) => namesIn(required).join(' and ')).join(', or ');

const problemWith = (variable: string, message: string): Problem =>
  problemAt('environment', undefined, variable, message);

const missingFor = (signIn: SignIn | undefined, isSet: (variable: string) => boolean): readonly Problem[] => {
  if (signIn === undefined) return [problemWith('', `credentials are missing; expected ${CREDENTIALS}`)];
  const required = namesIn(signIn.required);
  const message = `missing; required together with ${required.filter(isSet).join(' and ')}`;
  return required.flatMap((variable) => (isSet(variable) ? [] : [problemWith(variable, message)]));
};

/** Creates a configuration of one project from the environment. Mistakes are named after the variables. */
export const configFromEnvironment = (env: Environment): ConfigResult => {
  const isSet = (variable: string): boolean => (env[variable] ?? '').trim() !== '';
  if (!ENVIRONMENT_VARIABLES.some(({ name }) => isSet(name))) {
    const message = `nothing is configured; expected a configuration file, or the variables ${PROJECT['region']?.join(' or ')}, with ${CREDENTIALS}`;
    return { ok: false, problems: [problemWith('', message)] };
  }
  const variableOf = new Map<string, string>();
  const take = (path: SettingPath, variables: readonly string[]): string | undefined => {
    const variable = variables.find(isSet);
    variableOf.set(pathText(path), variable ?? variables.join(' or '));
    return variable && env[variable];
  };
  const takeAll = (path: SettingPath, variables: Variables) =>
    Object.fromEntries(Object.entries(variables).map(([key, names]) => [key, take([...path, key], names)]));
  const nameOf = (path: SettingPath): string => variableOf.get(pathText(path)) ?? pathText(path);
  const problemOf = ({ path, message }: Finding): Problem => problemWith(nameOf(path), message);

  const project = ['projects', 0];
  const signIn = SIGN_INS.find(({ required }) => namesIn(required).some(isSet));
  const credentials = signIn && {
    type: signIn.type,
    ...takeAll([...project, 'credentials'], { ...signIn.required, ...signIn.optional }),
  };
  const services = take([...project, 'services'], [SERVICES])
    ?.split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
  const settings = {
    poll: takeAll(['poll'], POLL),
    projects: [
      {
        ...takeAll(project, PROJECT),
        credentials,
        services: (services ?? SERVICES_BY_DEFAULT).map((type, index) => {
          const path = [...project, 'services', index];
          take([...path, 'type'], [SERVICES]);
          return { type, endpoint: take([...path, 'endpoint'], [endpointVariable(type)]) };
        }),
      },
    ],
  };

  const result = validate(settingsSchema, settings);
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
