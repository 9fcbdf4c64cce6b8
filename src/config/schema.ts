import { z } from 'zod';
import { seconds } from '../domain/quantities.ts';
import { SERVICE_TYPES, SERVICES } from '../services/index.ts';
import type { CloudService } from '../services/service.ts';
import {
  checkPolicy,
  checkProjectNames,
  checkServiceTypes,
  checkTags,
  checkTimeout,
  evenWithMistakes,
  keyRule,
  withRules,
} from './cross-checks.ts';
import { DEFAULT_INTERVAL, formatDuration } from './duration.ts';
import * as setting from './setting.ts';

export const computedDefaults = z.registry<{ readonly text: string }>();

/** A setting whose default depends on others; `text` says how. */
const computed = <Schema extends z.ZodType>(schema: Schema, text: string): z.ZodOptional<Schema> => {
  const optional = schema.optional();
  computedDefaults.add(optional, { text });
  return optional;
};

// Compiling validators takes longer than they save: a configuration is read once.
z.config({ jitless: true });

const INTERVALS = Map.groupBy(SERVICES, ({ defaultInterval = DEFAULT_INTERVAL }) => defaultInterval);
const DEFAULT_INTERVALS = Array.from(INTERVALS, ([interval, services]) => {
  const types = services.map(({ type }) => `\`${type}\``).join(', ');
  return `\`${formatDuration(interval)}\`${interval === DEFAULT_INTERVAL ? '' : ` for ${types}`}`;
}).join('; ');

const poll = z
  .strictObject({
    interval: computed(
      setting.duration('a duration from 1s to 30m, such as 5m', seconds(1), seconds(1800)),
      DEFAULT_INTERVALS,
    ).describe('Interval between polls of a service, from `1s` to `30m`.'),
    timeout: computed(
      setting.duration('a duration up to the interval, such as 2m'),
      'the smaller of `2m` and 80% of the interval',
    ).describe('Time limit for a whole poll, no longer than the interval.'),
    request_timeout: computed(
      setting.duration('a duration up to the timeout, such as 30s'),
      'the smaller of `30s` and the timeout',
    ).describe('Time limit for one request.'),
    concurrency: setting
      .integer(1, 64)
      .prefault(4)
      .describe(
        'Concurrent requests per project, from 1 to 64. With several services, a slow one cannot use the last of them, so that it does not hold up the others.',
      ),
  })
  .superRefine(checkTimeout, evenWithMistakes);

const limits = z.strictObject({
  resources: setting
    .integer(1)
    .prefault(20_000)
    .describe(
      'Maximum number of resources per service; those left out are counted in `huaweicloud_backup_resources_over_limit`.',
    ),
});

const expressions = {
  resource_name: setting.expression.optional().describe('Searched for in the resource name.'),
  resource_id: setting.expression.optional().describe('Searched for in the resource id.'),
};

const match = withRules(
  z.strictObject({
    project: setting.line('prod').optional().describe('Name of the project.'),
    region: setting.region.optional().describe('Region of the project.'),
    service: z.enum(SERVICE_TYPES).optional().describe('Type of the service.'),
    ...expressions,
  }),
  keyRule('at least one', 'project', 'region', 'service', 'resource_name', 'resource_id'),
);

const override = z
  .strictObject({
    match: match.describe('Selects resources; all keys given must match.'),
    rpo: setting.objective.describe('Their objective: a duration, `none`, or `policy`.'),
  })
  .superRefine(checkPolicy, evenWithMistakes);

const rpo = z.strictObject({
  default: setting.objective
    .prefault('26h')
    .describe(
      'Objective of resources that no override matches: a duration; `none` if they are not expected to be backed up; or `policy`, see below.',
    ),
  overrides: setting
    .section(z.array(override).prefault([]))
    .describe('Objectives for some of the resources. The first match wins.'),
});

const password = withRules(
  z.strictObject({
    type: z.literal('password').describe('Signs in to IAM with a user name and password.'),
    user: setting.line('backup-reader').describe('Name of the IAM user.'),
    domain: setting.line('my-account').describe('Name of the account that the user belongs to.'),
    password: setting.secretText.optional().describe('Password of the IAM user.'),
    password_file: setting.filePath.optional().describe('File containing the password.'),
  }),
  keyRule('exactly one', 'password', 'password_file'),
);

const accessKey = withRules(
  z.strictObject({
    type: z.literal('access-key').describe('Signs each request with an access key.'),
    access_key: setting.headerText.describe('Id of the access key (AK).'),
    secret_key: setting.secretText.optional().describe('Secret of the access key (SK).'),
    secret_key_file: setting.filePath.optional().describe('File containing the secret of the access key.'),
    security_token: setting.secretHeaderText.optional().describe('Security token of a temporary access key.'),
    security_token_file: setting.filePath.optional().describe('File containing the security token.'),
  }),
  keyRule('exactly one', 'secret_key', 'secret_key_file'),
  keyRule('at most one', 'security_token', 'security_token_file'),
);

const ecsAgency = z.strictObject({
  type: z
    .literal('ecs-agency')
    .describe('Gets temporary keys from the metadata service of the ECS server; the server needs an agency.'),
});

const oidc = z.strictObject({
  type: z
    .literal('oidc')
    .describe('Signs in to IAM with an OpenID Connect token, such as that of a CCE workload.'),
  idp_id: setting.headerText.describe('Id of the identity provider in IAM.'),
  token_file: setting.filePath.describe('File containing the OpenID Connect token.'),
});

const token = withRules(
  z.strictObject({
    type: z.literal('token').describe('Uses an IAM token, which is not renewed. For tests and trials.'),
    token: setting.secretHeaderText.optional().describe('IAM token of the project.'),
    token_file: setting.filePath.optional().describe('File containing the IAM token.'),
  }),
  keyRule('exactly one', 'token', 'token_file'),
);

const credentials = z.discriminatedUnion('type', [password, accessKey, ecsAgency, oidc, token]);

const resourceExpressions = setting.section(
  withRules(z.strictObject(expressions), keyRule('at least one', 'resource_name', 'resource_id')).optional(),
);

const everyService = {
  endpoint: computed(setting.endpoint, 'by region').describe('URL of the service.'),
  include: resourceExpressions
    .optional()
    .describe('Only these resources are polled and counted; all expressions given must match.'),
  exclude: resourceExpressions
    .optional()
    .describe(
      'These resources are left out, even if `include` matches them; all expressions given must match.',
    ),
  inventory: setting.boolean
    .prefault(true)
    .describe(
      'Whether to read the list of resources; without it, resources that were never backed up are not seen.',
    ),
};

/** The settings of one service: common ones and its own. */
const serviceSettings = ({ type, title, settings }: CloudService) =>
  z.strictObject({ type: z.literal(type).describe(`${title}.`), ...settings, ...everyService });

const [first, ...others] = SERVICES;

const service = z.discriminatedUnion('type', [serviceSettings(first), ...others.map(serviceSettings)]);

const project = z.strictObject({
  name: computed(setting.line('prod'), 'the region').describe(
    'Name of the project in the label `project`; must be unique.',
  ),
  region: setting.region.describe('Region of the project.'),
  project_id: computed(setting.projectId, 'looked up in IAM').describe(
    'Id of the project. IAM finds it by `project_name`, else by the region.',
  ),
  project_name: computed(setting.line('cn-north-4_team'), 'the region').describe(
    'Name of the project in IAM; for a sub-project.',
  ),
  cloud: computed(setting.domain, 'by region').describe(
    'Domain of the endpoints: `otc.t-systems.com` for Open Telekom Cloud.',
  ),
  iam_endpoint: computed(setting.endpoint, 'by region').describe('URL of IAM.'),
  ca_file: setting.filePath
    .optional()
    .describe(
      'File with the certificates (PEM) of a private certificate authority (CA), trusted in addition to those that Node.js trusts. The system CA store and `SSL_CERT_FILE` are not used.',
    ),
  proxy_url: computed(setting.proxyUrl, '`HTTPS_PROXY`, `NO_PROXY`').describe(
    'Proxy for the requests of this project; never used for endpoints on this machine.',
  ),
  credentials: credentials.describe('How the project signs in.'),
  services: z
    .preprocess(
      (given) => (given === 'all' ? undefined : given),
      z
        .array(service)
        .min(1)
        .superRefine(checkServiceTypes, evenWithMistakes)
        .register(setting.alternatives, { word: 'all' })
        .optional(),
    )
    .describe(
      'The services that are polled, each type at most once. Without it, or with `all`, every service; `check` then shows which of them respond, as a list to paste here.',
    ),
});

/** The schema of the configuration file: types, defaults, limits and descriptions. */
export const settingsSchema = z.strictObject({
  poll: setting.section(poll.prefault({})).describe('When and how the services are polled.'),
  limits: setting.section(limits.prefault({})).describe('Limits of what is served.'),
  rpo: setting
    .section(rpo.prefault({}))
    .describe('Recovery point objectives: how old the newest successful backup of a resource may be.'),
  tags: setting
    .section(z.array(setting.line('team')).superRefine(checkTags, evenWithMistakes).prefault([]))
    .describe(
      'Keys of resource tags whose values become labels of `huaweicloud_backup_resource_info`: `team` becomes `tag_team`.',
    ),
  projects: z
    .array(project)
    .min(1)
    .superRefine(checkProjectNames, evenWithMistakes)
    .describe('The projects whose backups are monitored.'),
});

/** Valid settings with defaults. */
export type Settings = z.output<typeof settingsSchema>;
export type ProjectSettings = Settings['projects'][number];
export type ServiceSettings = z.output<typeof service>;
export type ExpressionSettings = NonNullable<z.output<typeof resourceExpressions>>;

/** Every service with its defaults, for projects that name none. */
export const allServices = (): readonly ServiceSettings[] =>
  SERVICE_TYPES.map((type) => service.parse({ type }));
