import { stripVTControlCharacters, styleText } from 'node:util';
import { describe, expect, it } from 'vitest';
import { type ProjectCheck, summarize } from '../../src/commands/check/results.ts';
import { checkText } from '../../src/commands/check/text.ts';
import { seconds, unixSeconds } from '../../src/domain/quantities.ts';
import { expectGolden } from '../support/golden.ts';
import { graph, NOW, neverBackedUp, project, service } from './project-checks.ts';

const rendered = (
  projects: readonly ProjectCheck[],
  { strict = false, colorful = false, width }: { strict?: boolean; colorful?: boolean; width?: number } = {},
): string =>
  checkText(projects, summarize(projects, strict), {
    style: (style, text) => (colorful ? styleText(style, text, { validateStream: false }) : text),
    width,
    now: NOW,
  });

const stale = (id: string) =>
  graph({
    resourceId: id,
    resourceName: `name of ${id}`,
    lastSuccess: unixSeconds(NOW - 4 * 86_400),
  });

const everything: readonly ProjectCheck[] = [
  project({
    services: [
      service({
        backups: 1234,
        resources: [
          graph(),
          graph({ consecutiveFailures: 2, lastFailure: unixSeconds(NOW - 3600) }),
          graph({ runningSince: unixSeconds(NOW - 600) }),
          stale('a'),
          neverBackedUp(),
          neverBackedUp({ resourceId: 'b', resourceName: 'b', created: unixSeconds(NOW - 60) }),
          neverBackedUp({ resourceId: 'c', resourceName: 'c', created: undefined }),
          graph({ objective: undefined }),
        ],
        rejectedRows: { id: 1, time: 2 },
        unlisted: 1,
        excluded: 3,
      }),
      service({
        service: 'gaussdb-mysql',
        resources: undefined,
        backups: undefined,
        problems: [
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
        problems: ['cannot list backups: the host refused the connection (ECONNREFUSED)'],
      }),
    ],
  }),
];

describe('the output of check', () => {
  it('is the golden file', () => {
    expectGolden('commands/golden/output-check.txt', rendered(everything));
  });

  it('lists at most twenty resources of a service', () => {
    const many = Array.from({ length: 23 }, (_, index) => stale(String(index)));

    const text = rendered([project({ services: [service({ resources: many })] })]);

    expect(text.match(/last successful backup/g)).toHaveLength(20);
    expect(text).toContain('ges: and 3 more that need attention');
  });

  it.each([
    { resources: [], strict: false, says: 'All checks passed.' },
    {
      resources: [stale('a')],
      strict: false,
      says: 'All checks passed. 1 resource is outside its objective.',
    },
    {
      resources: [stale('a'), neverBackedUp()],
      strict: true,
      says: 'Some checks failed. 2 resources are outside their objectives.',
    },
  ])(
    'ends with "$says" for $resources.length resources outside their objectives',
    ({ resources, strict, says }) => {
      const projects = [project({ services: [service({ resources: resources })] })];

      expect(rendered(projects, { strict }).split('\n').at(-2)).toBe(says);
    },
  );

  it('has passed checks in green, problems in red, and no other colours', () => {
    const text = rendered(everything, { colorful: true });

    expect(text).toContain('\u001b[32msigned in\u001b[39m');
    expect(text).toContain('\u001b[31msign-in failed\u001b[39m: the host');
    expect(text).toContain('\u001b[31mgaussdb-mysql\u001b[39m: cannot');
    expect(stripVTControlCharacters(text)).toBe(rendered(everything));
  });

  it('fits its table into the width of a terminal', () => {
    const table = rendered([project()], { width: 50 }).split('\n').slice(2, 6);

    expect(Math.max(...table.map((line) => line.length))).toBeLessThanOrEqual(50);
  });

  it('shows ages with the objective of each resource', () => {
    const text = rendered([
      project({
        services: [service({ resources: [graph({ objective: seconds(3600) })] })],
      }),
    ]);

    expect(text).toContain(
      'ges: orders (4c5f882d-a813-4d78-a1e3-6136914759d1): stale (overdue by 1 h), last successful backup 2 h ago, objective 1 h\n',
    );
  });

  it('asks whether the region is right if nothing was found', () => {
    const empty = project({ services: [service({ resources: [], backups: 0 })] });

    const text = rendered([empty]);

    expect(text).toContain(
      '  no resources and no backups found; is cn-north-4 the right region, and this the right project?\n',
    );
    expect(text).toMatch(/All checks passed\.\n$/);
  });

  it.each([
    ['there are backups', { resources: [], backups: 3 }],
    ['resources are excluded', { resources: [], backups: 0, excluded: 1 }],
    ['a list could not be read', { resources: undefined, backups: undefined, problems: ['no'] }],
  ])('does not ask about the region if %s', (_, fields) => {
    expect(rendered([project({ services: [service(fields)] })])).not.toContain('the right region');
  });

  it.each([
    [20, '  the password expires in 20 d, at ', false],
    [6, '  the password expires in 6 d, at ', true],
    [-1, '  the password expired 1 d ago, at ', true],
  ])('shows when the password expires, in red if soon: %i days', (days, says, isRed) => {
    const projects = [project({ passwordExpires: unixSeconds(NOW + days * 86_400) })];

    expect(rendered(projects)).toContain(says);
    expect(rendered(projects, { colorful: true }).includes('\u001b[31mthe password')).toBe(isRed);
  });

  it('counts a project with a resource outside its objective as failed with --strict', () => {
    const projects = [
      project({ services: [service({ resources: [stale('a')] })] }),
      project({ project: 'other' }),
    ];

    expect(rendered(projects, { strict: true })).toMatch(
      /Some checks failed in 1 of 2 projects\. 1 resource is outside its objective\.\n$/,
    );
  });
});
