import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import manifest from '../../package.json' with { type: 'json' };
import { CHART, chartFiles } from '../../scripts/chart-files.ts';

describe('the chart', () => {
  it.each([...chartFiles()])('has %s as generated from the rules, dashboards and schemas', (path, text) => {
    expect(readFileSync(join(CHART, path), 'utf8')).toBe(text);
  });

  it('has no removed dashboard', () => {
    const generated = [...chartFiles().keys()].filter(
      (path) => path.endsWith('.json') && path.startsWith('files/'),
    );

    expect(readdirSync(join(CHART, 'files/dashboards')).map((name) => `files/dashboards/${name}`)).toEqual(
      generated,
    );
  });

  it('has the version of the program', () => {
    const chart = parse(readFileSync(join(CHART, 'Chart.yaml'), 'utf8')) as Record<string, string>;

    expect({ version: chart['version'], appVersion: chart['appVersion'], home: chart['home'] }).toEqual({
      version: manifest.version,
      appVersion: manifest.version,
      home: manifest.homepage,
    });
  });
});
