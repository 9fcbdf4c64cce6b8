import { describe, expect, it } from 'vitest';
import type { ProjectConfig } from '../../src/config/config.ts';
import { config, project, widgetService } from '../support/config.ts';
import { type ExporterWorld, startExporterWorld } from '../support/exporter-world.ts';
import { failure, list } from '../support/fake-cloud.ts';
import { backupRow, resourceRow } from '../support/made-up-services.ts';

const PROJECT_A = 'a'.repeat(32);
const PROJECT_B = 'b'.repeat(32);

const configOf = (fields: Partial<ProjectConfig>) => config({ projects: [project(fields)] });

const widgetsOf = (name: string) => ({
  rows: list(...[1, 2].map((n) => backupRow({ id: `${name}-${n}`, resource_id: `${name}-widget` }))),
  widgets: list(resourceRow({ id: `${name}-widget` })),
});

function serveAs(name: string, { cloud }: Pick<ExporterWorld, 'cloud'>): void {
  const { rows, widgets } = widgetsOf(name);
  cloud.respond('widgets', 'backups', rows);
  cloud.respond('widgets', 'inventory', widgets);
}

const idsOf = (series: readonly string[]): readonly string[] => [
  ...new Set(series.map((text) => /resource_id="([^"]*)"/.exec(text)?.[1] ?? text)),
];

const finished = async ({ scrape }: ExporterWorld): Promise<readonly number[]> =>
  (await scrape()).samples.filter(({ name }) => name.endsWith('finished_total')).map(({ value }) => value);

const CHANGES: readonly (readonly [string, Partial<ProjectConfig>, Partial<ProjectConfig>])[] = [
  ['another project_id', { projectId: PROJECT_A }, { projectId: PROJECT_B }],
  [
    'another endpoint',
    { projectId: PROJECT_A },
    { projectId: PROJECT_A, services: [widgetService({ endpoint: 'https://widgets.elsewhere.example' })] },
  ],
];

describe.each(CHANGES)('a reload that changes a project to %s', (_what, before, after) => {
  it('counts none of its existing backups as finished', async () => {
    const world = await startExporterWorld((cloud) => serveAs('a', { cloud }), configOf(before));
    serveAs('b', world);

    await world.exporter.apply(configOf(after));
    await world.time.pass(330);

    expect(await finished(world)).toEqual([0, 0]);
    expect(idsOf((await world.scrape()).resourceSeries)).toEqual(['b-widget']);
  });

  it('stops serving the previous resources, even while the new ones cannot be read', async () => {
    const world = await startExporterWorld((cloud) => serveAs('a', { cloud }), configOf(before));
    world.cloud.respond('widgets', 'backups', failure('network'));

    await world.exporter.apply(configOf(after));
    await world.time.pass(30);

    expect((await world.scrape()).resourceSeries).toEqual([]);
    expect((await world.scrape()).value('polls_total', { outcome: 'success' })).toBe(0);
  });

  it('and is reverted counts no backups and keeps no resources, even if the inventory fails', async () => {
    const world = await startExporterWorld((cloud) => serveAs('a', { cloud }), configOf(before));
    serveAs('b', world);
    await world.exporter.apply(configOf(after));
    await world.time.pass(330);
    serveAs('a', world);
    world.cloud.respond('widgets', 'inventory', failure('permission'));

    await world.exporter.apply(configOf(before));
    await world.time.pass(330);

    expect(await finished(world)).toEqual([0, 0]);
    expect(idsOf((await world.scrape()).resourceSeries)).toEqual(['a-widget']);
  });
});

describe('a project that is looked up in IAM by its name', () => {
  it('is a different one if the credentials belong to another account', async () => {
    const world = await startExporterWorld(
      (cloud) => {
        cloud.findProject(PROJECT_A);
        serveAs('a', { cloud });
      },
      configOf({ projectId: undefined }),
    );
    world.cloud.findProject(PROJECT_B);
    serveAs('b', world);

    await world.exporter.apply(configOf({ projectId: undefined }));
    await world.time.pass(330);

    expect(await finished(world)).toEqual([0, 0]);
    expect(idsOf((await world.scrape()).resourceSeries)).toEqual(['b-widget']);
  });

  it('is the same one after its id is added to the configuration', async () => {
    const world = await startExporterWorld(
      (cloud) => {
        cloud.findProject(PROJECT_A);
        serveAs('a', { cloud });
      },
      configOf({ projectId: undefined }),
    );
    world.cloud.respond('widgets', 'backups', list(backupRow({ id: 'a-3', resource_id: 'a-widget' })));

    await world.exporter.apply(configOf({ projectId: PROJECT_A }));
    await world.time.pass(330);

    expect((await world.scrape()).value('finished_total', { result: 'succeeded' })).toBe(1);
  });
});
