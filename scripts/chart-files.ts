import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { renderRuleFile } from '../src/rules/rule-file.ts';
import { RUNBOOKS_URL } from '../src/rules/runbooks.ts';
import { DEFAULT_THRESHOLDS } from '../src/rules/thresholds.ts';
import { chartSchema } from './chart-schema.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** The folder of the chart. */
export const CHART = join(ROOT, 'charts/huaweicloud-backup-exporter');
const DASHBOARDS = join(ROOT, 'dashboards');

/** A placeholder for the URL of Grafana in the rules of the chart, which its template replaces. */
const GRAFANA = 'https://grafana.invalid';

/** The generated files of the chart, by their path in the chart. */
export function chartFiles(): ReadonlyMap<string, string> {
  const rules = renderRuleFile({
    thresholds: DEFAULT_THRESHOLDS,
    extraLabels: [],
    runbooks: RUNBOOKS_URL,
    grafanaUrl: GRAFANA,
    commandPrefix: undefined,
  });
  const schema = chartSchema(
    readFileSync(join(CHART, 'values.yaml'), 'utf8'),
    JSON.parse(readFileSync(join(ROOT, 'docs/config.schema.json'), 'utf8')) as Record<string, unknown>,
  );
  const dashboards = readdirSync(DASHBOARDS)
    .filter((name) => name.endsWith('.json'))
    .map((name) => [`files/dashboards/${name}`, readFileSync(join(DASHBOARDS, name), 'utf8')] as const);
  return new Map([
    ['files/rules.yml', rules],
    ['values.schema.json', `${JSON.stringify(schema, null, 2)}\n`],
    ...dashboards,
  ]);
}
