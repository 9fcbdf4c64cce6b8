import { z } from 'zod';
import type {
  Config,
  ObjectiveOverride,
  ProjectConfig,
  SecretSource,
  ServiceConfig,
} from '../../src/config/config.ts';
import { type Seconds, seconds } from '../../src/domain/quantities.ts';
import { serviceOf } from '../../src/services/index.ts';

const SECRET: SecretSource = { origin: 'the test', read: async () => 'token' };

/** A service as a project has it configured, with some of its own settings. */
export const serviceConfig = (
  type: string,
  fields: Partial<ServiceConfig> = {},
  settings: Readonly<Record<string, string>> = {},
): ServiceConfig => {
  const service = serviceOf(type);
  const api = service.api({ ...z.object(service.settings).parse({}), ...settings });
  return { ...SERVICE, type, api, endpoint: `https://${type}.test`, interval: seconds(300), ...fields };
};

const SERVICE = { own: {}, include: undefined, exclude: undefined, inventory: true };

/** GES as a project has it configured. */
export const gesService = ({
  apiVersion = 'v2',
  ...fields
}: Partial<ServiceConfig> & { readonly apiVersion?: string } = {}): ServiceConfig =>
  serviceConfig('ges', fields, { api_version: apiVersion });

/** GaussDB(for MySQL) as a project has it configured. */
export const gaussdbService = (fields: Partial<ServiceConfig> = {}): ServiceConfig =>
  serviceConfig('gaussdb-mysql', { endpoint: 'https://gaussdb.test', ...fields });

/** The project `prod` in `cn-north-4` with GES alone. */
export const project = (fields: Partial<ProjectConfig> = {}): ProjectConfig => ({
  name: 'prod',
  region: 'cn-north-4',
  projectId: '0123456789abcdef0123456789abcdef',
  projectName: undefined,
  iamEndpoint: 'https://iam.test',
  caFile: undefined,
  proxyUrl: undefined,
  namesServices: true,
  credentials: { type: 'token', token: SECRET },
  services: [gesService()],
  ...fields,
});

/** An override that matches everything, unless said otherwise. */
export const override = (
  objective: ObjectiveOverride['objective'],
  match: Partial<Omit<ObjectiveOverride, 'objective'>> = {},
): ObjectiveOverride => ({
  project: undefined,
  region: undefined,
  service: undefined,
  resourceName: undefined,
  resourceId: undefined,
  ...match,
  objective,
});

/** An objective of a length of time. */
export const age = (length: number) => ({ kind: 'age', seconds: seconds(length) }) as const;

const POLL: Config['poll'] = {
  interval: seconds(300),
  timeout: seconds(120),
  requestTimeout: seconds(30),
  concurrency: 4,
};

/** A configuration with the defaults of the documentation and one project; its interval is that of every service. */
export const config = (
  fields: Partial<Omit<Config, 'poll'>> & { readonly poll?: Partial<Config['poll']> } = {},
): Config => {
  const { projects = [project()], poll, ...others } = fields;
  const { interval } = { ...POLL, ...poll };
  return {
    limits: { resources: 20_000 },
    rpo: { default: age(26 * 3600), overrides: [] },
    tags: [],
    ...others,
    projects: projects.map((one) => ({
      ...one,
      services: one.services.map((service) => ({ ...service, interval })),
    })),
    poll: { ...POLL, ...poll },
  };
};

/** Hours as seconds. */
export const hours = (count: number): Seconds => seconds(count * 3600);
