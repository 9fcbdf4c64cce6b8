import { describe, expect, it } from 'vitest';
import { createExporterMetrics } from '../../src/metrics/exporter-metrics.ts';

describe('the exporter before its configuration has been loaded', () => {
  it('tells of no reload: unknown is absent, never 0', async () => {
    const metrics = createExporterMetrics({ version: '1', revision: 'r', nodeVersion: 'v24' });

    const text = await metrics.render('text');

    expect(text).not.toMatch(/^huaweicloud_backup_config_last_reload_success_timestamp_seconds 0$/m);
    expect(text).not.toMatch(/^huaweicloud_backup_config_last_reload_successful 0$/m);
  });
});

describe('the event loop of the process', () => {
  it('has no lag of centuries when two scrapes follow each other', async () => {
    const metrics = createExporterMetrics({ version: '1', revision: 'r', nodeVersion: 'v24' });
    await metrics.render('text');

    const text = await metrics.render('text');

    const lags = [...text.matchAll(/^nodejs_eventloop_lag_\w*seconds (\S+)$/gm)].map(([, value]) =>
      Number(value),
    );
    expect(lags.filter((lag) => !(lag < 1e6))).toEqual([]);
  });
});
