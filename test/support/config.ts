import { z } from 'zod';
import type {
  Config,
  ObjectiveOverride,
  ProjectConfig,
  SecretSource,
  ServiceConfig,
} from '../../src/config/config.ts';
import { type Seconds, seconds } from '../../src/domain/quantities.ts';
import type { CloudService } from '../../src/services/service.ts';
import { GADGETS, WIDGETS } from './made-up-services.ts';

const SECRET: SecretSource = { origin: 'the test', read: async () => 'token' };

/** The configuration of a service, with some of its own settings. */
export const serviceConfig = (
  service: CloudService,
  fields: Partial<ServiceConfig> = {},
  settings: Readonly<Record<string, string>> = {},
): ServiceConfig => {
  const { type, errors } = service;
  const api = service.api({ ...z.object(service.settings).parse({}), ...settings });
  return {
    ...SERVICE,
    type,
    api,
    errors,
    endpoint: `https://${type}.test`,
    interval: seconds(300),
    ...fields,
  };
};

const SERVICE = { own: {}, include: undefined, exclude: undefined, inventory: true };

/** The configuration of widgets. */
export const widgetService = (fields: Partial<ServiceConfig> = {}): ServiceConfig =>
  serviceConfig(WIDGETS, fields);

/** The configuration of gadgets. */
export const gadgetService = (fields: Partial<ServiceConfig> = {}): ServiceConfig =>
  serviceConfig(GADGETS, fields);

/** The project `prod` in `cn-north-4` with only widgets. */
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
  services: [widgetService()],
  ...fields,
});

/** An override that matches everything by default. */
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

/** An objective with a maximum age. */
export const age = (length: number) => ({ kind: 'age', seconds: seconds(length) }) as const;

const POLL: Config['poll'] = {
  interval: seconds(300),
  timeout: seconds(120),
  requestTimeout: seconds(30),
  concurrency: 4,
};

/** A configuration with the documented defaults and one project; all services have the same interval. */
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
