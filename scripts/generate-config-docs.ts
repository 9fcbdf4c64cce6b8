import { writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { type KeyRule, keyRules } from '../src/config/cross-checks.ts';
import { ENVIRONMENT_VARIABLES, SERVICES_BY_DEFAULT } from '../src/config/environment.ts';
import { computedDefaults, settingsSchema } from '../src/config/schema.ts';
import { alternatives, notesOf } from '../src/config/setting.ts';
import { type ListedSetting, listSettings, unwrapped } from '../src/config/settings-list.ts';
import { defaultEndpoint } from '../src/services/host.ts';
import { SERVICES as CLOUD_SERVICES, defaultApi } from '../src/services/index.ts';
import { policiesDecide, type ServiceApi } from '../src/services/service.ts';

const code = (text: string): string => `\`${text}\``;

/** Escapes text for a cell of a Markdown table. */
const cell = (text: string): string => text.replaceAll('|', '\\|');

const table = (heads: readonly string[], rows: readonly (readonly string[])[]): string =>
  [heads, heads.map(() => '---'), ...rows].map((row) => `| ${row.map(cell).join(' | ')} |`).join('\n');

/** The same setting in one or several variants of its mapping. */
type Variants = readonly [ListedSetting, ...ListedSetting[]];

/** A single text if it is the same for all variants, otherwise one per variant. */
const perVariant = (settings: Variants, textOf: (setting: ListedSetting) => string): string => {
  const [first] = settings;
  if (settings.every((setting) => textOf(setting) === textOf(first))) return textOf(first);
  return settings
    .map((setting) => `${code(setting.variant ?? '')}: ${textOf(setting)}`)
    .join('; ')
    .replaceAll('.; ', '. ');
};

const ruleText = ({ count, keys }: KeyRule): string =>
  keys.length > 2 ? `${count} of these` : `${count} of ${keys.map(code).join(', ')}`;

const defaultText = ({ path, schema, mapping }: ListedSetting): string => {
  if (!z.safeParse(schema, undefined).success) return 'required';
  const computed = computedDefaults.get(schema)?.text;
  if (computed !== undefined) return computed;
  const given = schema instanceof z.ZodPrefault ? schema.def.defaultValue : undefined;
  if (given !== undefined && typeof given !== 'object') return code(String(given));
  const key = path.slice(path.lastIndexOf('.') + 1);
  const rule = keyRules.get(mapping)?.rules.find(({ keys }) => keys.includes(key));
  return rule === undefined ? '' : ruleText(rule);
};

const typeName = ({ schema }: ListedSetting): string => {
  const inner = unwrapped(schema);
  if (inner instanceof z.ZodArray) {
    const word = alternatives.get(inner)?.word;
    return word === undefined ? 'list' : `${code(word)} or list`;
  }
  if (inner instanceof z.ZodObject || inner instanceof z.ZodDiscriminatedUnion) return 'mapping';
  return notesOf(inner)?.type ?? 'string';
};

/** The description of a setting; empty if it has none. */
export const descriptionOf = ({ schema }: ListedSetting): string =>
  z.globalRegistry.get(schema)?.description ?? '';

const isType = ({ path }: ListedSetting): boolean => path.endsWith('.type');

const row = (settings: Variants, variantsOfMapping: readonly string[]): readonly string[] => {
  const [first] = settings;
  const variants = settings.flatMap(({ variant }) => variant ?? []);
  const onlySome = variants.length > 0 && variants.length < variantsOfMapping.length;
  const only = onlySome ? `Type ${variants.map(code).join(', ')}. ` : '';
  const type = isType(first) ? variants.map(code).join(', ') : typeName(first);
  return [
    code(first.path),
    type,
    perVariant(settings, defaultText),
    only + perVariant(settings, descriptionOf),
  ];
};

const settingsTable = (belongs: (path: string) => boolean): string => {
  const settings = listSettings(settingsSchema).filter(({ path }) => belongs(path));
  const grouped = Map.groupBy(settings, ({ path }) => path);
  const mappingOf = (path: string): string => path.slice(0, path.lastIndexOf('.'));
  const rows = [...grouped.values()].flatMap(([first, ...others]) => {
    if (first === undefined) return [];
    const types = settings.filter(
      (setting) => isType(setting) && first.path.startsWith(mappingOf(setting.path)),
    );
    return [
      row(
        [first, ...others],
        types.flatMap(({ variant }) => variant ?? []),
      ),
    ];
  });
  return table(['Setting', 'Type', 'Default', 'Meaning'], rows);
};

const servicesWhere = (matches: (api: ServiceApi) => boolean): string =>
  CLOUD_SERVICES.filter((service) => matches(defaultApi(service)))
    .map(({ type }) => code(type))
    .join(', ');

const WITHOUT_POLICIES = servicesWhere(({ policies }) => policies === undefined);
const WHERE_POLICIES_DECIDE = servicesWhere(({ policies }) => policiesDecide(policies));

const CREDENTIALS = 'projects[].credentials';
const SERVICES = 'projects[].services';

const isWithin = (path: string, section: string): boolean =>
  path === section || path.startsWith(`${section}.`) || path.startsWith(`${section}[]`);

const section = (name: string): string =>
  `## \`${name}\`\n\n${settingsTable((path) => isWithin(path, name))}`;

const projectTable = (): string =>
  settingsTable(
    (path) => isWithin(path, 'projects') && !isWithin(path, CREDENTIALS) && !isWithin(path, SERVICES),
  );

const ENDPOINT_EXAMPLES: readonly (readonly [region: string, cloud: string | undefined])[] = [
  ['cn-north-4', undefined],
  ['ap-southeast-1', undefined],
  ['af-south-1', undefined],
  ['eu-west-101', undefined],
  ['eu-de', 'otc.t-systems.com'],
];

const endpointTable = (): string => {
  const services = [{ type: 'iam', host: () => ({ label: 'iam' }) }, ...CLOUD_SERVICES];
  return table(
    ['Region', '`cloud`', ...services.map(({ type }) => code(type))],
    ENDPOINT_EXAMPLES.map(([region, cloud]) => [
      code(region),
      cloud === undefined ? '' : code(cloud),
      ...services.map((service) => code(defaultEndpoint(service, region, cloud).replace('https://', ''))),
    ]),
  );
};

const environmentTable = (): string =>
  table(
    ['Variable', 'Setting'],
    ENVIRONMENT_VARIABLES.map(({ name, setting, service }) => [
      code(name),
      service === undefined ? code(setting) : `${code(setting)} of ${code(service)}`,
    ]),
  );

/** The text of docs/configuration.md. */
export const renderConfigurationReference = (): string => `# Configuration

<!-- Generated by scripts/generate-config-docs.ts. Change the schema in src/config, not this page. -->

The exporter is configured with a YAML file, given by \`--config.file\`, or with
[environment variables](#without-a-file). Unknown settings are errors. Errors in the YAML itself, such as repeated keys, are
reported first, then all others at once, each with its line. The exit code is 2.
\`huaweicloud-backup-exporter check --offline --config.file FILE\` checks the file without contacting the cloud.

[examples/config.yml](../examples/config.yml) is a minimal file,
[examples/config-full.yml](../examples/config-full.yml) has every setting. Editors with support for JSON Schema complete
and check a file that begins with

\`\`\`yaml
# yaml-language-server: $schema=config.schema.json
\`\`\`

if [config.schema.json](config.schema.json) is in the same directory. The exporter finds more errors than editors do,
because the schema cannot compare settings with each other.

${section('poll')}

${section('limits')}

${section('rpo')}

An objective is one of

- a [duration](#durations): the maximum age of the newest successful backup;
- \`none\`: no backup is expected, and \`huaweicloud_backup_rpo_seconds\` is absent;
- \`policy\`: the longest time between two backups according to the backup policy of the resource, plus a margin. It is an
  error in an override for a service whose API does not expose policies (${WITHOUT_POLICIES}). If a policy is unknown,
  \`rpo.default\` applies, or \`26h\` if that is \`policy\` itself. Where the policy decides whether there are automatic
  backups at all (${WHERE_POLICIES_DECIDE}), there is no objective until it is known; \`huaweicloud_backup_policies_unread\` counts
  these resources.

Resources that have no automatic backups, or that cannot be backed up at the moment, have an objective only if an override
gives them one. Examples are read replicas, instances with automatic backups turned off, and stopped or frozen instances.
The status page says why.

In \`match\`, \`project\`, \`region\` and \`service\` must match exactly; \`resource_name\` and \`resource_id\` are
[regular expressions](#regular-expressions). A project or region that does not occur in the file is reported as a warning.

${section('tags')}

Characters that are not allowed in label names become \`_\`: \`cost-center\` becomes \`tag_cost_center\`. It is an error if
two tags become the same label. Tags come from the list of resources, so a service with \`inventory: false\` has none.

## \`projects\`

${projectTable()}

### \`${CREDENTIALS}\`

${settingsTable((path) => isWithin(path, CREDENTIALS))}

### \`${SERVICES}\`

${settingsTable((path) => isWithin(path, SERVICES))}

[services.md](services.md) lists the requests to each service, how many they are per hour, and the permissions they need.

## Durations

Durations use the format of Prometheus: integers with the units \`y\` (365 days), \`w\`, \`d\`, \`h\`, \`m\`, \`s\` and \`ms\`,
from the largest to the smallest, each at most once. Examples: \`500ms\`, \`90s\`, \`1h30m\`, \`26h\`, \`7d\`. A number without a
unit is an error.

## Regular expressions

Regular expressions have the [syntax of RE2](https://github.com/google/re2/wiki/Syntax), as in Prometheus: there are no
lookarounds and no backreferences, and matching takes linear time. They may have up to 1000 characters.
Unlike in Prometheus, they are not anchored: \`prod\` matches \`my-prod-orders\`, \`^prod$\` matches only \`prod\`. If both
\`resource_name\` and \`resource_id\` are given, both must match.

## Strings

Strings need no quotes, even if they look like a number or a boolean: \`name: 0123\` keeps its zero. Quotes are required
around strings that begin with a character such as \`*\`, \`&\`, \`[\` or \`{\`, or that contain \`": "\` or \`" #"\`.

Environment variables such as \`\${HW_PASSWORD}\`, and \`~\` in paths, are not expanded but reported as errors.

## Files and secrets

Relative paths are relative to the configuration file. A file containing a secret is read each time the secret is
needed, so a rotated secret needs no restart. Surrounding whitespace is removed. A file that is empty, has several lines
or is larger than 64 KiB is rejected. A file that cannot be read at startup is only a warning: it may be created later.

Secrets never appear in messages, logs or pages.

## Endpoints

Host names are derived from the region and \`cloud\`, unless \`iam_endpoint\` or \`endpoint\` gives a URL. Examples:

${endpointTable()}

A URL begins with \`https://\`, or with \`http://\` to \`localhost\`, \`127.0.0.0/8\` or \`[::1]\`. It may have a path, to which the
paths of the API are appended.

## Without a file

Without \`--config.file\`, the file in the variable \`HUAWEICLOUD_BACKUP_CONFIG_FILE\` is read, or otherwise
\`/etc/huaweicloud-backup-exporter/config.yml\` if it exists. Without any file, one project is configured from the
environment, with the defaults above for everything else. Empty variables count as unset. If two variables provide the
same setting, the first in the table wins. An access key takes precedence over a user and password. The variables of
one access key belong together and are not mixed with those of another. \`HUAWEICLOUD_BACKUP_SERVICES\` lists the services
to poll, separated by commas; without it, these are ${SERVICES_BY_DEFAULT.map(code).join(' and ')}.

${environmentTable()}
`;

const ruleSchema = ({ count, keys }: KeyRule): unknown => {
  const each = keys.map((key) => ({ required: [key] }));
  switch (count) {
    case 'exactly one':
      return { oneOf: each };
    case 'at least one':
      return { anyOf: each };
    case 'at most one':
      return { not: { required: keys } };
    default:
      return count satisfies never;
  }
};

const isScalar = (value: unknown): boolean => typeof value !== 'object' || value === null;

const LINE_WIDTH = 110;

/** JSON as formatted in this project: lists of scalars on one line if they fit. */
const formatJson = (value: unknown, indent: string, taken: number): string => {
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    const line = `[${value.map((item) => JSON.stringify(item)).join(', ')}]`;
    if (value.every(isScalar) && taken + line.length < LINE_WIDTH) return line;
    return `[\n${value.map((item) => inner + formatJson(item, inner, inner.length)).join(',\n')}\n${indent}]`;
  }
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).map(([key, item]) => {
    const start = `${inner}${JSON.stringify(key)}: `;
    return start + formatJson(item, inner, start.length);
  });
  return entries.length === 0 ? '{}' : `{\n${entries.join(',\n')}\n${indent}}`;
};

/** The text of docs/config.schema.json. */
export const renderJsonSchema = (): string => {
  const schema = z.toJSONSchema(settingsSchema, {
    io: 'input',
    target: 'draft-7',
    override: ({ zodSchema, jsonSchema }) => {
      const rules = keyRules.get(zodSchema)?.rules;
      if (rules !== undefined) Object.assign(jsonSchema, { allOf: rules.map(ruleSchema) });
      const alternative = alternatives.get(zodSchema);
      if (alternative === undefined) return;
      const { description, ...list } = jsonSchema;
      for (const key of Object.keys(list)) delete jsonSchema[key];
      Object.assign(jsonSchema, { description, anyOf: [{ const: alternative.word }, list] });
    },
  });
  return `${formatJson({ title: 'Configuration of huaweicloud-backup-exporter', ...schema }, '', 0)}\n`;
};

if (process.argv[1] === import.meta.filename) {
  const docs = new URL('../docs/', import.meta.url);
  await writeFile(new URL('configuration.md', docs), renderConfigurationReference());
  await writeFile(new URL('config.schema.json', docs), renderJsonSchema());
}
