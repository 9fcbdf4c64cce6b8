import { isMap, isScalar, isSeq, type Pair, parseDocument, type YAMLMap } from 'yaml';
import { ALERT_PREFIX } from '../src/rules/rule.ts';
import { ruleGroups } from '../src/rules/rule-file.ts';
import { DEFAULT_THRESHOLDS } from '../src/rules/thresholds.ts';

type Schema = Readonly<Record<string, unknown>>;

const DURATION = '^(?:\\d+h)?(?:\\d+m)?(?:\\d+s)?(?:\\d+ms)?$';
const texts: Schema = { type: 'array', items: { type: 'string' } };
const objects: Schema = { type: 'array', items: { type: 'object' } };

/** Constraints that do not follow from the default of a value, by its path. */
const RULES: Readonly<Record<string, Schema>> = {
  'image.digest': { pattern: '^(?:sha256:[0-9a-f]{64})?$' },
  'image.pullPolicy': { enum: ['Always', 'IfNotPresent', 'Never'] },
  imagePullSecrets: objects,
  secrets: texts,
  'oidc.expirationSeconds': { minimum: 600 },
  shards: { minimum: 1 },
  replicas: { minimum: 0 },
  'stateFile.accessModes': texts,
  logLevel: { enum: ['debug', 'info', 'warn', 'error'] },
  logFormat: { enum: ['logfmt', 'json'] },
  extraArgs: texts,
  env: objects,
  envFrom: objects,
  extraVolumes: objects,
  extraVolumeMounts: objects,
  'service.type': { enum: ['ClusterIP', 'NodePort', 'LoadBalancer'] },
  'service.port': { minimum: 1, maximum: 65_535 },
  terminationGracePeriodSeconds: { minimum: 0 },
  revisionHistoryLimit: { minimum: 0 },
  hostAliases: objects,
  tolerations: objects,
  topologySpreadConstraints: objects,
  'podDisruptionBudget.maxUnavailable': { type: ['integer', 'string'] },
  'networkPolicy.from': objects,
  'networkPolicy.egress': objects,
  'serviceMonitor.interval': { pattern: DURATION },
  'serviceMonitor.scrapeTimeout': { pattern: DURATION },
  'serviceMonitor.relabelings': objects,
  'serviceMonitor.metricRelabelings': objects,
  'serviceMonitor.targetLabels': texts,
  'prometheusRule.disabled': { type: 'array', items: { enum: alertNames() } },
  extraManifests: objects,
};

/** Values whose content is defined by Kubernetes. */
const OPEN = new Set([
  ...['resources', 'podSecurityContext', 'securityContext', 'livenessProbe', 'readinessProbe', 'strategy'],
  ...['dashboards.labels', 'config'],
]);

function alertNames(): readonly string[] {
  return ruleGroups(DEFAULT_THRESHOLDS)
    .flatMap(({ rules }) => [...rules])
    .flatMap((rule) => ('alert' in rule ? [`${ALERT_PREFIX}${rule.alert}`] : []));
}

/** The JSON Schema of the values of the chart: names and types from values.yaml, and `config` as in the exporter. */
export function chartSchema(valuesText: string, configSchema: Schema): Schema {
  const values = parseDocument<YAMLMap>(valuesText).contents;
  if (!isMap(values)) throw new Error('values.yaml is not a mapping');
  const { $schema, title: _title, ...config } = forHelm(configSchema) as Record<string, unknown>;
  const schema = mapSchema(values, '');
  return {
    $schema,
    ...schema,
    properties: {
      ...(schema['properties'] as Schema),
      config: { description: 'The configuration of the exporter.', type: 'object' },
      // Values that a parent chart may set.
      global: { type: 'object' },
      enabled: { type: 'boolean' },
    },
    if: { properties: { existingConfigSecret: { const: '' } } },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema.
    then: { properties: { config } },
  };
}

function mapSchema(map: YAMLMap, path: string): Schema {
  const properties = map.items.map((pair: Pair, index) => {
    const name = String(isScalar(pair.key) ? pair.key.value : pair.key);
    // The comment of the first key is that of the mapping.
    const comment =
      (isScalar(pair.key) && pair.key.commentBefore) || (index === 0 && map.commentBefore) || '';
    const here = path === '' ? name : `${path}.${name}`;
    const description = comment.trim().replaceAll(/\s*\n\s*/g, ' ');
    return [name, { ...(description !== '' && { description }), ...valueSchema(pair.value, here) }] as const;
  });
  return { type: 'object', additionalProperties: false, properties: Object.fromEntries(properties) };
}

function valueSchema(value: unknown, path: string): Schema {
  if (isSeq(value)) return RULES[path] ?? fail(path);
  if (isMap(value))
    return OPEN.has(path) || value.items.length === 0 ? { type: 'object' } : mapSchema(value, path);
  const content = isScalar(value) ? value.value : value;
  const type = typeof content === 'number' ? 'integer' : typeof content;
  return { type, ...RULES[path] };
}

function fail(path: string): never {
  throw new Error(`values.yaml: define the items of the list ${path} in scripts/chart-schema.ts`);
}

/** Helm uses the regular expressions of Go, which have no look-ahead: a limit on the length becomes `maxLength`. */
function forHelm(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(forHelm);
  if (typeof schema !== 'object' || schema === null) return schema;
  const { pattern, ...rest } = schema as Record<string, unknown>;
  const entries = Object.entries(rest).map(([key, value]) => [key, forHelm(value)] as const);
  return { ...Object.fromEntries(entries), ...(typeof pattern === 'string' && withoutLookAhead(pattern)) };
}

function withoutLookAhead(pattern: string): Schema {
  const lengths = /\(\?=\.\{1,(\d+)\}\$\)/.exec(pattern);
  const plain = pattern.replaceAll(/\(\?=\.\{1,\d+\}\$\)|\(\?=\\d\)/g, '');
  if (/\(\?[=!<]/.test(plain)) throw new Error(`a pattern that Helm does not support: ${pattern}`);
  return {
    pattern: plain,
    ...(plain !== pattern && { minLength: 1 }),
    ...(lengths !== null && { maxLength: Number(lengths[1]) }),
  };
}
