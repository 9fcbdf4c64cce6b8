import { describe, expect, it } from 'vitest';
import type { ProjectConfig } from '../../src/config/config.ts';
import { config, gesService, project } from '../support/config.ts';
import { type ExporterWorld, startExporterWorld } from '../support/exporter-world.ts';
import { failure, list } from '../support/fake-cloud.ts';
import { gesV2Row, graphRow } from '../support/rows.ts';

const PROJECT_A = 'a'.repeat(32);
const PROJECT_B = 'b'.repeat(32);

const configOf = (fields: Partial<ProjectConfig>) => config({ projects: [project(fields)] });

const graphsOf = (name: string) => ({
  rows: list(...[1, 2].map((n) => gesV2Row({ id: `${name}-${n}`, graph_id: `${name}-graph` }))),
  graphs: list(graphRow({ id: `${name}-graph` })),
});

function answerAs(name: string, { cloud }: Pick<ExporterWorld, 'cloud'>): void {
  const { rows, graphs } = graphsOf(name);
  cloud.answer('ges', 'backups', rows);
  cloud.answer('ges', 'inventory', graphs);
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
    { projectId: PROJECT_A, services: [gesService({ endpoint: 'https://ges.elsewhere.example' })] },
  ],
];

describe.each(CHANGES)('a reload that gives a project of the same name %s', (_what, before, after) => {
  it('counts none of its old backups as newly finished', async () => {
    const world = await startExporterWorld((cloud) => answerAs('a', { cloud }), configOf(before));
    answerAs('b', world);

    await world.exporter.apply(configOf(after));
    await world.time.pass(330);

    expect(await finished(world)).toEqual([0, 0]);
    expect(idsOf((await world.scrape()).resourceSeries)).toEqual(['b-graph']);
  });

  it('serves nothing of the old one, also while the new one cannot be read', async () => {
    const world = await startExporterWorld((cloud) => answerAs('a', { cloud }), configOf(before));
    world.cloud.answer('ges', 'backups', failure('network'));

    await world.exporter.apply(configOf(after));
    await world.time.pass(30);

    expect((await world.scrape()).resourceSeries).toEqual([]);
    expect((await world.scrape()).value('polls_total', { outcome: 'success' })).toBe(0);
  });

  it('and back counts nothing and keeps nothing of the other, though its graphs cannot be listed', async () => {
    const world = await startExporterWorld((cloud) => answerAs('a', { cloud }), configOf(before));
    answerAs('b', world);
    await world.exporter.apply(configOf(after));
    await world.time.pass(330);
    answerAs('a', world);
    world.cloud.answer('ges', 'inventory', failure('permission'));

    await world.exporter.apply(configOf(before));
    await world.time.pass(330);

    expect(await finished(world)).toEqual([0, 0]);
    expect(idsOf((await world.scrape()).resourceSeries)).toEqual(['a-graph']);
  });
});

describe('a project that IAM finds by its name', () => {
  it('is another one when the credentials are of another account', async () => {
    const world = await startExporterWorld(
      (cloud) => {
        cloud.findProject(PROJECT_A);
        answerAs('a', { cloud });
      },
      configOf({ projectId: undefined }),
    );
    world.cloud.findProject(PROJECT_B);
    answerAs('b', world);

    await world.exporter.apply(configOf({ projectId: undefined }));
    await world.time.pass(330);

    expect(await finished(world)).toEqual([0, 0]);
    expect(idsOf((await world.scrape()).resourceSeries)).toEqual(['b-graph']);
  });

  it('stays the same when its id is written into the configuration', async () => {
    const world = await startExporterWorld(
      (cloud) => {
        cloud.findProject(PROJECT_A);
        answerAs('a', { cloud });
      },
      configOf({ projectId: undefined }),
    );
    world.cloud.answer('ges', 'backups', list(gesV2Row({ id: 'a-3', graph_id: 'a-graph' })));

    await world.exporter.apply(configOf({ projectId: PROJECT_A }));
    await world.time.pass(330);

    expect((await world.scrape()).value('finished_total', { result: 'succeeded' })).toBe(1);
  });
});
