import { z } from 'zod';
import { seconds } from '../domain/quantities.ts';
import { SERVICE_TYPES, SERVICES } from '../services/index.ts';
import type { CloudService } from '../services/service.ts';
import {
  computedDefaults,
  domain,
  duration,
  endpoint,
  expression,
  filePath,
  headerText,
  type KeyRule,
  keyRules,
  line,
  objective,
  oneOf,
  ownSetting,
  projectId,
  proxyUrl,
  region,
  secretHeaderText,
  secretText,
  trueOrFalse,
  variantType,
  wholeNumber,
} from './setting.ts';

const rules = (...list: readonly KeyRule[]) => ({ rules: list });
const exactlyOne = (...keys: readonly string[]): KeyRule => ({ count: 'exactly one', keys });
const atMostOne = (...keys: readonly string[]): KeyRule => ({ count: 'at most one', keys });
const atLeastOne = (...keys: readonly string[]): KeyRule => ({ count: 'at least one', keys });

const poll = z.strictObject({
  interval: duration({
    allowed: 'a duration from 1s to 30m, such as 5m',
    from: seconds(1),
    to: seconds(1800),
  })
    .prefault('5m')
    .describe('Time from one poll to the next, for each service of each project. From `1s` to `30m`.'),
  timeout: duration({
    allowed: 'a duration up to the interval, such as 2m',
    from: undefined,
    to: undefined,
  })
    .optional()
    .register(computedDefaults, { text: 'the smaller of `2m` and 80 % of the interval' })
    .describe('Longest time that a whole poll may take. No longer than the interval.'),
  request_timeout: duration({
    allowed: 'a duration up to the timeout, such as 30s',
    from: undefined,
    to: undefined,
  })
    .optional()
    .register(computedDefaults, { text: 'the smaller of `30s` and the timeout' })
    .describe('Longest time that one request may take.'),
  concurrency: wholeNumber(1, 64).prefault(4).describe('Requests at once per project. From 1 to 64.'),
});

const limits = z.strictObject({
  resources: wholeNumber(1, undefined)
    .prefault(20_000)
    .describe(
      'Resources per service that are served; those beyond are counted in `huaweicloud_backup_resources_over_limit`.',
    ),
});

const match = z
  .strictObject({
    project: line('prod').optional().describe('Name of the project.'),
    region: region().optional().describe('Region of the project.'),
    service: oneOf(SERVICE_TYPES).optional().describe('Type of the service.'),
    resource_name: expression().optional().describe('Found in the name of the resource.'),
    resource_id: expression().optional().describe('Found in the id of the resource.'),
  })
  .register(keyRules, rules(atLeastOne('project', 'region', 'service', 'resource_name', 'resource_id')));

const override = z.strictObject({
  match: match.describe('The resources that are meant: all that is given here must match.'),
  rpo: objective().describe('Their objective: a duration, `none`, or `policy`.'),
});

const rpo = z.strictObject({
  default: objective()
    .prefault('26h')
    .describe(
      'Objective of the resources that no override matches: a duration; `none`, they are not expected to be backed up; or `policy`, see below.',
    ),
  overrides: z
    .array(override)
    .prefault([])
    .describe('Objectives for some of the resources. The first that matches counts.'),
});

const password = z
  .strictObject({
    type: variantType('password').describe('Signs in to IAM with a user name and password.'),
    user: line('backup-reader').describe('Name of the IAM user.'),
    domain: line('my-account').describe('Name of the account that the user belongs to.'),
    password: secretText().optional().describe('Password of the IAM user.'),
    password_file: filePath().optional().describe('File that holds the password.'),
  })
  .register(keyRules, rules(exactlyOne('password', 'password_file')));

const accessKey = z
  .strictObject({
    type: variantType('access-key').describe('Signs each request with an access key.'),
    access_key: headerText('visible ASCII characters without white space').describe(
      'Id of the access key (AK).',
    ),
    secret_key: secretText().optional().describe('Secret of the access key (SK).'),
    secret_key_file: filePath().optional().describe('File that holds the secret of the access key.'),
    security_token: secretHeaderText().optional().describe('Security token of a temporary access key.'),
    security_token_file: filePath().optional().describe('File that holds the security token.'),
  })
  .register(
    keyRules,
    rules(exactlyOne('secret_key', 'secret_key_file'), atMostOne('security_token', 'security_token_file')),
  );

const ecsAgency = z.strictObject({
  type: variantType('ecs-agency').describe(
    'Takes temporary keys from the metadata service of the cloud server; the server needs an agency.',
  ),
});

const oidc = z.strictObject({
  type: variantType('oidc').describe(
    'Signs in to IAM with an OpenID Connect token, such as that of a CCE workload.',
  ),
  idp_id: headerText('visible ASCII characters without white space').describe(
    'Id of the identity provider in IAM.',
  ),
  token_file: filePath().describe('File that holds the OpenID Connect token.'),
});

const token = z
  .strictObject({
    type: variantType('token').describe(
      'Uses an IAM token as it is and cannot renew it. For tests and trials.',
    ),
    token: secretHeaderText().optional().describe('IAM token of the project.'),
    token_file: filePath().optional().describe('File that holds the IAM token.'),
  })
  .register(keyRules, rules(exactlyOne('token', 'token_file')));

const credentials = z.discriminatedUnion('type', [password, accessKey, ecsAgency, oidc, token]);

const resourceExpressions = () =>
  z
    .strictObject({
      resource_name: expression().optional().describe('Found in the name of the resource.'),
      resource_id: expression().optional().describe('Found in the id of the resource.'),
    })
    .register(keyRules, rules(atLeastOne('resource_name', 'resource_id')));

const everyService = {
  endpoint: endpoint()
    .optional()
    .register(computedDefaults, { text: 'by region' })
    .describe('URL of the service.'),
  include: resourceExpressions()
    .optional()
    .describe('Only these resources are polled and counted; every expression given must be found.'),
  exclude: resourceExpressions()
    .optional()
    .describe(
      'These resources are left out, even when `include` has them; every expression given must be found.',
    ),
  inventory: trueOrFalse()
    .prefault(true)
    .describe(
      'Whether the list of resources is read; without it, one that was never backed up stays unseen.',
    ),
};

/** The settings of one service: those of every service and its own. */
const serviceSettings = ({ type, title, settings }: CloudService) => {
  const own = Object.fromEntries(
    Object.entries(settings).map(([key, setting]) => [key, ownSetting(setting)]),
  );
  return z.strictObject({ type: variantType(type).describe(`${title}.`), ...own, ...everyService });
};

const [first, ...others] = SERVICES;

const service = z.discriminatedUnion('type', [serviceSettings(first), ...others.map(serviceSettings)]);

const project = z.strictObject({
  name: line('prod')
    .optional()
    .register(computedDefaults, { text: 'the region' })
    .describe('Name of the project in the label `project`. Each name at most once.'),
  region: region().describe('Region of the project.'),
  project_id: projectId()
    .optional()
    .register(computedDefaults, { text: 'asked from IAM' })
    .describe('Id of the project. IAM finds it by `project_name`, else by the region.'),
  project_name: line('cn-north-4_team')
    .optional()
    .register(computedDefaults, { text: 'the region' })
    .describe('Name of the project in IAM; for a sub-project.'),
  cloud: domain()
    .optional()
    .register(computedDefaults, { text: 'by region' })
    .describe('Domain of the endpoints: `otc.t-systems.com` for Open Telekom Cloud.'),
  iam_endpoint: endpoint()
    .optional()
    .register(computedDefaults, { text: 'by region' })
    .describe('URL of IAM.'),
  ca_file: filePath()
    .optional()
    .describe(
      'File with the certificates (PEM) of a private authority, trusted in addition to those that Node.js trusts. The authorities of the system and `SSL_CERT_FILE` are not used.',
    ),
  proxy_url: proxyUrl()
    .optional()
    .register(computedDefaults, { text: '`HTTPS_PROXY`, `NO_PROXY`' })
    .describe('Proxy for the requests of this project; never used for endpoints on this machine.'),
  credentials: credentials.describe('How the project signs in.'),
  services: z.array(service).min(1).describe('The services that are polled. Each type at most once.'),
});

/** Everything that a configuration file may hold: types, defaults, limits and descriptions. */
export const settingsSchema = z.strictObject({
  poll: poll.prefault({}).describe('When and how the services are polled.'),
  limits: limits.prefault({}).describe('Limits of what is served.'),
  rpo: rpo
    .prefault({})
    .describe('Recovery point objectives: how old the newest good backup of a resource may be.'),
  projects: z.array(project).min(1).describe('The projects whose backups are watched.'),
});

/** The content of a configuration file without a mistake, defaults filled in. */
export type Settings = z.output<typeof settingsSchema>;
/** One project of {@link Settings}. */
export type ProjectSettings = Settings['projects'][number];
