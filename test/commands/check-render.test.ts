import { stripVTControlCharacters, styleText } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { ProjectExamination } from '../../src/commands/check/examine.ts';
import { renderExamination } from '../../src/commands/check/render.ts';
import { verdictOf } from '../../src/commands/check/verdict.ts';
import { seconds, unixSeconds } from '../../src/domain/quantities.ts';
import { expectGolden } from '../support/golden.ts';
import { graph, NOW, neverBackedUp, project, service } from './examinations.ts';

const rendered = (
  projects: readonly ProjectExamination[],
  { strict = false, colorful = false, width }: { strict?: boolean; colorful?: boolean; width?: number } = {},
): string =>
  renderExamination(projects, verdictOf(projects, NOW, strict), NOW, {
    style: (style, text) => (colorful ? styleText(style, text, { validateStream: false }) : text),
    width,
  });

const stale = (id: string) =>
  graph({
    standing: 'stale',
    resourceId: id,
    resourceName: `name of ${id}`,
    lastSuccess: unixSeconds(NOW - 4 * 86_400),
  });

const everything: readonly ProjectExamination[] = [
  project({
    services: [
      service({
        backups: 1234,
        resources: [
          graph(),
          graph({ standing: 'failed' }),
          graph({ standing: 'running' }),
          stale('a'),
          neverBackedUp(),
          neverBackedUp({ resourceId: 'b', resourceName: 'b', created: unixSeconds(NOW - 60) }),
          neverBackedUp({ resourceId: 'c', resourceName: 'c', created: undefined }),
          graph({ standing: 'not_expected', objective: undefined }),
        ],
        rejectedRows: { id: 1, time: 2 },
        unlisted: 1,
        excluded: 3,
      }),
      service({
        service: 'gaussdb-mysql',
        resources: undefined,
        backups: undefined,
        troubles: [
          'cannot list backups: the host returned 403; grant gaussdb:backup:list to the user or agency',
        ],
      }),
    ],
  }),
  project({
    project: 'test',
    credentials: {
      kind: 'failed',
      reason: 'cannot sign in: the host returned 401; check user, domain and password',
    },
    services: [service({ resources: undefined, backups: undefined })],
  }),
  project({ project: 'keys', credentials: { kind: 'accepted' } }),
  project({
    project: 'unreachable',
    credentials: { kind: 'unknown' },
    services: [
      service({
        resources: undefined,
        backups: undefined,
        troubles: ['cannot list backups: the host refused the connection (ECONNREFUSED)'],
      }),
    ],
  }),
];

describe('what check prints', () => {
  it('is as it is kept', () => {
    expectGolden('commands/golden/output-check.txt', rendered(everything));
  });

  it('names no more than twenty resources of a service', () => {
    const many = Array.from({ length: 23 }, (_, index) => stale(String(index)));

    const text = rendered([project({ services: [service({ resources: many })] })]);

    expect(text.match(/newest good backup was complete/g)).toHaveLength(20);
    expect(text).toContain('ges: and 3 more that are outside of their objective or never backed up');
  });

  it.each([
    { standings: [], strict: false, says: 'The exporter can do its work.' },
    {
      standings: [stale('a')],
      strict: false,
      says: 'The exporter can do its work. 1 resource is outside of its objective.',
    },
    {
      standings: [stale('a'), neverBackedUp()],
      strict: true,
      says: 'The exporter can do its work. 2 resources are outside of their objectives.',
    },
  ])('ends for $standings.length outside of their objectives with "$says"', ({ standings, strict, says }) => {
    const projects = [project({ services: [service({ resources: standings })] })];

    expect(rendered(projects, { strict }).split('\n').at(-2)).toBe(says);
  });

  it('paints what is good green and what is bad red, and nothing else', () => {
    const text = rendered(everything, { colorful: true });

    expect(text).toContain('\u001b[32msigned in\u001b[39m');
    expect(text).toContain('\u001b[31msign-in failed\u001b[39m: the host');
    expect(text).toContain('\u001b[31mgaussdb-mysql\u001b[39m: cannot');
    expect(stripVTControlCharacters(text)).toBe(rendered(everything));
  });

  it('keeps its table within the width of a terminal', () => {
    const table = rendered([project()], { width: 50 }).split('\n').slice(2, 6);

    expect(Math.max(...table.map((line) => line.length))).toBeLessThanOrEqual(50);
  });

  it('shows ages by the objective of each resource', () => {
    const text = rendered([
      project({
        services: [service({ resources: [graph({ standing: 'stale', objective: seconds(3600) })] })],
      }),
    ]);

    expect(text).toContain(
      'ges: orders (4c5f882d-a813-4d78-a1e3-6136914759d1): newest good backup was complete 2 h ago, objective 1 h\n',
    );
  });
});
