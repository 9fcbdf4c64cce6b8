import { describe, expect, it } from 'vitest';
import { bytes, seconds } from '../../src/domain/quantities.ts';
import type { ResourceStatus } from '../../src/status/report.ts';
import { FIRST_VIEW, readView, SORT_KEYS, select, viewLink } from '../../src/status/view.ts';
import { ago, largeReport, mixedReport, report, resource } from './reports.ts';

const view = (query: string) => readView(new URLSearchParams(query));
const names = (resources: readonly ResourceStatus[]) => resources.map(({ name }) => name);
const namesOf = (resources: readonly ResourceStatus[], query: string) =>
  names(select(report({ resources }), view(query)).rows);

describe('the view of a query string', () => {
  it('is all resources, worst first, by default', () => {
    expect(view('')).toEqual(FIRST_VIEW);
  });

  it('is parsed from q, state, sort, dir and page', () => {
    expect(view('q=+prod+orders+&state=stale&sort=age&dir=asc&page=3')).toEqual({
      text: 'prod orders',
      state: 'stale',
      sort: 'age',
      direction: 'asc',
      page: 3,
    });
  });

  it.each([
    'state=broken',
    'sort=price',
    'sort=__proto__',
    'dir=sideways',
    'page=0',
    'page=-1',
    'page=1e9',
    'page=two',
    'page=99999999999999999999',
    'q=%00%0A',
    'colour=red',
  ])('ignores %s', (query) => {
    expect(view(query)).toEqual(FIRST_VIEW);
  });

  it('truncates a very long text', () => {
    expect(view(`q=${'x'.repeat(5000)}`).text).toHaveLength(256);
  });

  it.each([
    '?',
    '?q=a%26b',
    '?state=attention',
    '?sort=age',
    '?sort=age&dir=asc',
    '?dir=asc',
    '?sort=resource&dir=desc',
    '?q=x&state=never_backed_up&sort=size&dir=asc&page=7',
  ])('is linked as %s, without defaults', (link) => {
    expect(viewLink(view(link))).toBe(link);
  });
});

describe('filtering', () => {
  it.each([
    ['ORDERS', ['orders']],
    ['43e4feaab48f', ['billing']],
    ['analytics', ['web-links', 'citations']],
    ['ap-southeast web', ['web-links']],
    ['gaussdb', ['sessions', 'ledger', 'carts', 'invoices', 'fresh', 'billing']],
    ['orders analytics', []],
  ])('finds %s in name, id, service, project and region', (text, expected) => {
    expect(names(select(mixedReport, view(`q=${encodeURIComponent(text)}`)).rows)).toEqual(expected);
  });

  it.each([
    ['stale', ['fraud-rings', 'sessions']],
    ['running', ['recommendations']],
    ['new', ['fresh']],
    [
      'attention',
      ['identity-graph', 'fraud-rings', 'sessions', 'supply-chain', 'ledger', 'carts', 'invoices'],
    ],
  ])('keeps resources in the state %s', (state, expected) => {
    expect(names(select(mixedReport, view(`state=${state}`)).rows)).toEqual(expected);
  });

  it('is case-insensitive', () => {
    const resources = [resource({ resourceName: 'Orders-EU' }), resource({ resourceName: 'other' })];

    expect(namesOf(resources, 'q=oRDERS')).toEqual(['Orders-EU']);
  });

  it('combines text and state', () => {
    expect(names(select(mixedReport, view('state=stale&q=ges')).rows)).toEqual(['fraud-rings']);
  });
});

describe('sorting', () => {
  it('puts the worst first: by state, then by the share of the objective, then by name', () => {
    const resources = [
      resource({ resourceName: 'graph-10' }),
      resource({ resourceName: 'graph-9' }),
      resource({ resourceName: 'none', objective: undefined, lastSuccess: ago(9_000_000) }),
      resource({ resourceName: 'older', lastSuccess: ago(50_000) }),
      resource({ resourceName: 'running', runningSince: ago(5) }),
      resource({ resourceName: 'failed', consecutiveFailures: 1 }),
      resource({ resourceName: 'stale', lastSuccess: ago(100_000) }),
      resource({ resourceName: 'staler', lastSuccess: ago(200_000) }),
      resource({
        resourceName: 'stale, long objective',
        objective: seconds(900_000),
        lastSuccess: ago(900_001),
      }),
      resource({ resourceName: 'new', lastSuccess: undefined, created: ago(60) }),
      resource({ resourceName: 'never', lastSuccess: undefined, created: ago(99_999) }),
      resource({ resourceName: 'never, of unknown age', lastSuccess: undefined, created: undefined }),
    ];

    const sorted = namesOf(resources, '');

    expect(sorted).toEqual([
      'never, of unknown age',
      'never',
      'staler',
      'stale',
      'stale, long objective',
      'failed',
      'running',
      'new',
      'older',
      'graph-9',
      'graph-10',
      'none',
    ]);
    expect(namesOf(resources, 'dir=asc').indexOf('none')).toBe(0);
  });

  const few = [
    resource({
      resourceName: 'Graph-9',
      resourceId: 'c',
      service: 'gaussdb-mysql',
      project: 'b',
      lastSuccess: ago(50),
      lastSize: bytes(5),
      lastDuration: seconds(10),
      consecutiveFailures: 2,
    }),
    resource({
      resourceName: 'graph-10',
      resourceId: 'b',
      project: 'a',
      region: 'z',
      lastSuccess: undefined,
      lastSize: undefined,
      lastDuration: undefined,
      runningSince: ago(10),
    }),
    resource({
      resourceName: 'alpha',
      resourceId: 'a',
      project: 'a',
      region: 'y',
      lastSuccess: ago(70),
      lastSize: bytes(7),
      lastDuration: seconds(9),
      runningSince: ago(20),
    }),
  ];

  it.each([
    ['sort=resource', ['alpha', 'Graph-9', 'graph-10']],
    ['sort=resource&dir=desc', ['graph-10', 'Graph-9', 'alpha']],
    ['sort=service', ['Graph-9', 'graph-10', 'alpha']],
    ['sort=project', ['alpha', 'graph-10', 'Graph-9']],
    ['sort=age', ['graph-10', 'alpha', 'Graph-9']],
    ['sort=age&dir=asc', ['Graph-9', 'alpha', 'graph-10']],
    ['sort=size', ['alpha', 'Graph-9', 'graph-10']],
    ['sort=size&dir=asc', ['Graph-9', 'alpha', 'graph-10']],
    ['sort=duration', ['Graph-9', 'alpha', 'graph-10']],
    ['sort=failures', ['Graph-9', 'graph-10', 'alpha']],
    ['sort=running', ['alpha', 'graph-10', 'Graph-9']],
    ['sort=running&dir=asc', ['graph-10', 'alpha', 'Graph-9']],
  ])('by %s puts unknown values last', (query, expected) => {
    expect(namesOf(few, query)).toEqual(expected);
  });

  it.each(SORT_KEYS)('by %s does not depend on the order of the resources', (key) => {
    const twins = ['b', 'a', 'c'].map((resourceId) => resource({ resourceName: 'graph-1', resourceId }));
    const resources = [...largeReport(90).resources, ...twins];
    const turned = [...resources].reverse();

    const ids = (list: readonly ResourceStatus[]) =>
      select(report({ resources: list }), view(`sort=${key}`)).rows.map(({ id }) => id);

    expect(ids(turned)).toEqual(ids(resources));
  });
});

describe('paging', () => {
  const { resources } = largeReport(250);

  it('shows a hundred rows per page, and each resource once', () => {
    const pages = [1, 2, 3].map((page) => select(report({ resources }), view(`page=${page}`)));

    expect(pages.map(({ rows }) => rows.length)).toEqual([100, 100, 50]);
    expect(new Set(pages.flatMap(({ rows }) => rows)).size).toBe(250);
    expect(pages[0]).toMatchObject({ matching: 250, page: 1, pages: 3 });
  });

  it('shows the last page if a later one is requested', () => {
    expect(select(report({ resources }), view('page=99'))).toMatchObject({ page: 3, pages: 3 });
    expect(select(report({ resources: [] }), view('page=99'))).toMatchObject({ page: 1, pages: 1, rows: [] });
  });
});
