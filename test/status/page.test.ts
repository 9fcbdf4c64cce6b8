import { describe, expect, it } from 'vitest';
import { seconds, unixSeconds } from '../../src/domain/quantities.ts';
import { renderStatusPage } from '../../src/status/page.ts';
import type { PollStatus, ResourceStatus, StatusReport } from '../../src/status/report.ts';
import { ago, failingPoll, largeReport, mixedReport, NOW, poll, report, resource } from './reports.ts';

const HOUR = 3600;
const unpolled: Partial<PollStatus> = {
  outcome: undefined,
  lastPoll: undefined,
  lastComplete: undefined,
  inventory: undefined,
  unlisted: undefined,
  overLimit: undefined,
  resources: undefined,
};

const render = (of: StatusReport, query = '') => renderStatusPage(of, new URLSearchParams(query));
const textOf = (markup: string) =>
  markup
    .replace(/<svg.*?<\/svg>/gs, '')
    .replace(/<[^>]*>/g, ' ')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replace(/\s+/g, ' ')
    .replace(/ ([.,:])/g, '$1')
    .trim();
const part = (page: string, from: string, to: string) => page.slice(page.indexOf(from), page.indexOf(to));
const head = (of: StatusReport) => textOf(part(render(of), '<section id="summary"', '<div class="controls"'));
const results = (of: StatusReport, query = '') => part(render(of, query), '<section id="results"', '</main>');
const rowOf = (fields: Partial<ResourceStatus>) =>
  part(results(report({ resources: [resource(fields)] })), '<tbody', '</tbody');
const cell = (row: string, column: string) =>
  textOf(
    row
      .slice(row.search(new RegExp(`<t[dh][^>]* class="${column}`)))
      .replace(/^[^>]*>/, '')
      .replace(/<\/t[dh]>.*/s, ''),
  );

describe('the head of the page', () => {
  it('says how many resources need attention, and how many are in each state', () => {
    const page = render(mixedReport);

    expect(page).toContain('<h1 id="verdict" class="verdict bad">4 of 12 resources need attention</h1>');
    expect(page).toContain('<title>4 of 12 resources need attention – Huawei Cloud backups</title>');
    expect(head(mixedReport)).toContain(
      '1 Never backed up 2 Stale 1 Failed 1 Fine, running 5 Fine 2 Not expected',
    );
  });

  it.each<[string, string, Partial<StatusReport>]>([
    ['good', 'The one resource is fine', {}],
    ['good', 'All 2 resources are fine', { resources: [resource(), resource({ runningSince: ago(5) })] }],
    [
      'good',
      '1 of 2 resources is fine, the others are not expected to be backed up',
      { resources: [resource(), resource({ objective: undefined })] },
    ],
    [
      'unknown',
      'No resource is expected to be backed up',
      { resources: [resource({ objective: undefined })] },
    ],
    ['bad', '1 of 1 resource needs attention', { resources: [resource({ consecutiveFailures: 1 })] }],
    [
      'doubtful',
      'No resource is known to need attention, but some data is old or missing',
      { polls: [poll(), failingPoll('server', 'it answers 503')] },
    ],
    ['unknown', 'Nothing has been polled yet', { polls: [poll(unpolled)], resources: [] }],
    ['unknown', 'No resource was found', { resources: [] }],
    [
      'bad',
      'No data: no poll has been complete yet',
      { polls: [failingPoll('network', 'no route', { lastComplete: undefined })], resources: [] },
    ],
  ])('is %s and says: %s', (tone, sentence, fields) => {
    const page = render(report(fields));

    expect(page).toContain(`<h1 id="verdict" class="verdict ${tone}">${sentence}</h1>`);
    expect(page).toContain(tone === 'good' || tone === 'unknown' ? 'fine.svg' : 'trouble.svg');
  });

  it('says how old the oldest data is, whose it is, and of when the page is', () => {
    expect(head(mixedReport)).toContain(
      'Oldest data: 3 h ago, gaussdb-mysql in prod (cn-north-4). As of 2026-07-01 10:00:00 UTC.',
    );
    expect(head(report())).toContain('Data of 4 min ago. As of 2026-07-01 10:00:00 UTC.');
  });

  it('does not repeat a project that is called as its region', () => {
    const polls = [poll({ project: 'cn-north-4' }), poll({ lastComplete: ago(60) })];

    expect(head(report({ polls }))).toContain('Oldest data: 4 min ago, ges in cn-north-4.');
  });

  it.each<[string, Partial<PollStatus>, string]>([
    [
      'a poll that fails',
      { outcome: 'permission', reason: 'grant ges:backup:list.', lastComplete: ago(3 * HOUR) },
      'ges in prod (cn-north-4): The poll fails (permission): grant ges:backup:list. What is shown is from the last complete one, 3 h ago.',
    ],
    [
      'a poll that fails for no known reason',
      { outcome: 'timeout', reason: undefined },
      'The poll fails (timeout). What is shown is from the last complete one, 4 min ago.',
    ],
    [
      'a poll that has never been complete',
      { outcome: 'auth', reason: 'the password is wrong', lastComplete: undefined },
      'The poll fails (auth): the password is wrong. None has been complete yet: its graphs are not shown.',
    ],
    [
      'a poll that has not ended, where others have',
      { ...unpolled, service: 'gaussdb-mysql' },
      'gaussdb-mysql in prod (cn-north-4): Not polled yet: its instances are not shown.',
    ],
    [
      'polls that have stopped',
      { lastPoll: ago(2 * HOUR), lastComplete: ago(2 * HOUR) },
      'The last poll ended 2 h ago: what is shown is as old.',
    ],
    [
      'an inventory that cannot be read',
      { inventory: { complete: false, reason: 'GES.7041, grant ges:graph:list' } },
      'The list of graphs cannot be read: GES.7041, grant ges:graph:list. Those never backed up may be missing.',
    ],
    ['backups that are not listed', { unlisted: 1 }, 'The service counts 1 backup that it does not list.'],
    ['resources over the limit', { overLimit: 1200 }, '1,200 graphs over limits.resources are not shown.'],
  ])('tells of %s', (_, fields, sentence) => {
    expect(head(report({ polls: [poll({ project: 'other' }), poll(fields)] }))).toContain(sentence);
  });

  it('tells of no trouble when there is none', () => {
    expect(render(report())).not.toContain('Troubles');
    expect(render(report({ polls: [poll({ lastComplete: ago(HOUR) })] }))).not.toContain('Troubles');
  });

  it('shows ten troubles and counts the others, and lists all polls', () => {
    const polls = Array.from({ length: 13 }, (_, index) =>
      failingPoll('throttled', 'too many requests', { project: `project-${index}` }),
    );

    const shown = head(report({ polls }));

    expect(shown.match(/The poll fails/g)).toHaveLength(10);
    expect(shown).toContain('3 more: see all polls below.');
    expect(shown).toContain('13 polls, 13 fail');
    expect(shown).toContain('project-12 cn-north-4 ges throttled 1 min ago 3 h ago 12 read');
  });
});

describe('a row', () => {
  it('holds state, name, id, service, project, region, age, objective, size, duration and failures', () => {
    const row = rowOf({});

    expect(cell(row, 'state')).toBe('Fine');
    expect(cell(row, 'resource')).toBe('orders 4c5f882d-a813-4d78-a1e3-6136914759d1');
    expect(cell(row, 'service')).toBe('ges');
    expect(cell(row, 'project')).toBe('prod cn-north-4');
    expect(cell(row, 'age')).toBe('3 h 12 min of 1 d 2 h 12 %');
    expect(cell(row, 'size')).toBe('812 MiB');
    expect(cell(row, 'duration')).toBe('1 min 7 s');
    expect(cell(row, 'failures')).toBe('0');
    expect(cell(row, 'running')).toBe('– not running');
    expect(row).toContain(
      '<time datetime="2026-07-01T06:48:00Z" title="2026-07-01 06:48:00 UTC">3 h 12 min</time>',
    );
  });

  it.each<[string, Partial<ResourceStatus>, string, string]>([
    ['over its objective', { lastSuccess: ago(31 * HOUR) }, 'age', '1 d 7 h of 1 d 2 h 120 %'],
    [
      'a second over it, which is not 100 %',
      { lastSuccess: ago(26 * HOUR + 1) },
      'age',
      '1 d 2 h of 1 d 2 h 101 %',
    ],
    ['far over it', { lastSuccess: ago(2600 * HOUR) }, 'age', '108 d of 1 d 2 h over 999 %'],
    ['of a clock that is ahead', { lastSuccess: ago(-120) }, 'age', 'in 2 min of 1 d 2 h 0 %'],
    [
      'without a good backup',
      { lastSuccess: undefined, created: ago(13 * HOUR) },
      'age',
      'none after 13 h of 1 d 2 h 50 %',
    ],
    ['without any moment', { lastSuccess: undefined, created: undefined }, 'age', 'none of 1 d 2 h'],
    ['without an objective', { objective: undefined }, 'age', '3 h 12 min no objective'],
    ['of unknown size', { lastSize: undefined }, 'size', '– unknown'],
    ['of unknown duration', { lastDuration: undefined }, 'duration', '– unknown'],
    ['that runs', { runningSince: ago(720) }, 'running', '12 min ago'],
    ['that runs and is fine', { runningSince: ago(720) }, 'state', 'Fine, running'],
    ['that is deleted', { exists: false, objective: undefined }, 'state', 'Not expected deleted'],
    [
      'that is stale because backups fail',
      { lastSuccess: ago(31 * HOUR), consecutiveFailures: 2 },
      'state',
      'Stale newest failed',
    ],
    [
      'whose newest backup has an unknown state',
      { lastState: 'unknown' },
      'state',
      'Fine newest in an unknown state',
    ],
    ['that fails', { consecutiveFailures: 4 }, 'failures', '4'],
  ])('%s', (_, fields, column, expected) => {
    expect(cell(rowOf(fields), column)).toBe(expected);
  });

  it.each<[number, string]>([
    [0, '0.0'],
    [13, '33.3'],
    [26, '66.7'],
    [39, '100.0'],
    [2600, '100.0'],
  ])('of %i h has a bar that is %s wide, the objective of 26 h at two thirds', (hours, width) => {
    const row = rowOf({ lastSuccess: ago(hours * HOUR) });

    expect(row).toMatch(new RegExp(`<rect class="used(?: over)?" width="${width}"`));
    expect(row).toContain('<rect class="limit" x="66.7"');
  });

  it('has the commands with the resource filled in, quoted for the shell', () => {
    const row = textOf(rowOf({ project: 'my project', resourceId: '4c5f882d' }));

    const where = "--project 'my project' --service ges --resource 4c5f882d";
    expect(row).toContain(`huaweicloud-backup-exporter backups list ${where}`);
    expect(row).toContain(`huaweicloud-backup-exporter backups create ${where}`);
  });

  it('has no command to back up what is deleted', () => {
    const row = textOf(rowOf({ exists: false }));

    expect(row).toContain('backups list');
    expect(row).not.toContain('backups create');
  });

  it('has the exact figures in its details', () => {
    const row = textOf(rowOf({ lastState: 'running', runningSince: ago(60), objective: seconds(93_600) }));

    expect(row).toContain('Newest backup running Newest good backup 2026-07-01 06:48:00 UTC, 3 h 12 min ago');
    expect(row).toContain('Objective 1 d 2 h (93,600 s) Running since 2026-07-01 09:59:00 UTC, 1 min ago');
    expect(row).toContain('Created 2025-12-03 10:00:00 UTC, 210 d ago');
  });

  it('shows a moment for which there is no date as the number it is', () => {
    const row = rowOf({ runningSince: unixSeconds(1e15) });

    expect(row).not.toContain('Invalid');
    expect(textOf(row)).toContain('Running since 1000000000000000 s after 1970');
  });

  it('cuts a long name and keeps the whole of it in its title and its details', () => {
    const name = 'n'.repeat(256);

    const row = rowOf({ resourceName: name });

    expect(row).toContain(`<bdi class="name" title="${name}">${'n'.repeat(63)}…</bdi>`);
    expect(row).toContain(`<dd><bdi>${name}</bdi></dd>`);
  });
});

describe('hostile text', () => {
  const hostile = `</title><img src=x onerror=alert(1)>"' onfocus=alert(1) \u202e`;

  it.each<[string, StatusReport, string]>([
    ['a name', report({ resources: [resource({ resourceName: hostile })] }), ''],
    ['an id', report({ resources: [resource({ resourceId: hostile })] }), ''],
    [
      'a project',
      report({ resources: [resource({ project: hostile })], polls: [poll({ project: hostile })] }),
      '',
    ],
    [
      'a region',
      report({ resources: [resource({ region: hostile })], polls: [poll({ region: hostile })] }),
      '',
    ],
    ['a reason', report({ polls: [failingPoll('server', hostile)] }), ''],
    [
      'an inventory reason',
      report({ polls: [poll({ inventory: { complete: false, reason: hostile } })] }),
      '',
    ],
    ['a version', report({ version: hostile }), ''],
    ['the text of the filter', report(), `?q=${encodeURIComponent(hostile)}`],
    [
      'the text of the filter, kept in links',
      largeReport(300),
      `?sort=age&q=graph&q=${encodeURIComponent(hostile)}`,
    ],
    ['a state that does not exist', report(), `?state=${encodeURIComponent(hostile)}`],
  ])('as %s stays text', (_, of, query) => {
    const page = render(of, query);

    expect(page).not.toContain('<img');
    expect(page.replace(/"[^"]*"/g, '').match(/<[^>]*\son\w+=/)).toBeNull();
    expect(page.match(/<\/title>/g)).toHaveLength(1);
    expect(page).not.toContain('\u202e');
  });
});

describe('filter, sorting and paging', () => {
  it('says what is shown', () => {
    const caption = (query: string) => textOf(part(results(largeReport(1250), query), '<caption', '<thead'));

    expect(caption('')).toBe('1–100 of 1,250 resources, worst first');
    expect(caption('page=13')).toBe('1,201–1,250 of 1,250 resources, worst first');
    expect(caption('dir=asc')).toBe('1–100 of 1,250 resources, best first');
    expect(caption('q=graph-1250&sort=size')).toBe(
      '1 resource matching the filter, of 1,250, by size, descending',
    );
  });

  it('keeps the filter in the links of the headings and of the pages', () => {
    const page = results(largeReport(1250), 'q=graph&state=attention&sort=size&page=2');

    expect(page).toContain('href="?q=graph&amp;state=attention&amp;sort=age"');
    expect(page).toContain('href="?q=graph&amp;state=attention&amp;sort=size&amp;dir=asc"');
    expect(page).toContain('href="?q=graph&amp;state=attention&amp;sort=size&amp;page=3"');
  });

  it('keeps the order when the filter changes', () => {
    const page = render(largeReport(300), 'sort=size&dir=asc&page=2');

    expect(page).toContain('<input type="hidden" name="sort" value="size">');
    expect(page).toContain('<input type="hidden" name="dir" value="asc">');
    expect(page).not.toContain('name="page"');
  });

  it('says of every part of a table what it is, because some browsers forget it when the style changes', () => {
    const parts = [...render(mixedReport).matchAll(/<(table|thead|tbody|tr|th|td)(?=[ >])([^>]*)>/g)];

    const roles: Record<string, RegExp> = {
      table: /role="table"/,
      thead: /role="rowgroup"/,
      tbody: /role="rowgroup"/,
      tr: /role="row"/,
      th: /role="(?:columnheader" scope="col"|rowheader" scope="row")/,
      td: /role="cell"/,
    };
    expect(parts.length).toBeGreaterThan(150);
    expect(parts.filter(([, name = '', rest = '']) => roles[name]?.test(rest) !== true)).toEqual([]);
  });

  it('marks the heading by which it is sorted, and no other', () => {
    expect(results(mixedReport).match(/aria-sort="\w+"/g)).toEqual(['aria-sort="descending"']);
    expect(results(mixedReport, 'sort=project')).toMatch(/class="project" aria-sort="ascending"/);
  });

  it('has no pages to choose from when there is one', () => {
    expect(render(largeReport(100))).not.toContain('aria-label="Pages"');
    expect(render(largeReport(101))).toContain('aria-label="Pages"');
  });

  it('fills the form with what was asked for', () => {
    const page = render(mixedReport, 'q=a%22b&state=never');

    expect(page).toContain('name="q" value="a&quot;b"');
    expect(page).toContain('<option value="never" selected>Never backed up</option>');
  });
});

describe('a page without rows', () => {
  it.each<[string, Partial<StatusReport>, string, string]>([
    ['before the first poll', { polls: [poll(unpolled)], resources: [] }, '', 'The first poll is under way.'],
    [
      'before the first complete poll',
      { polls: [failingPoll('server', '503', { lastComplete: undefined })], resources: [] },
      '',
      'Resources are shown here after the first complete poll.',
    ],
    ['without resources', { resources: [] }, '', 'hold no graph or instance and no backup'],
    ['when nothing matches', {}, 'q=zzz', 'No resource matches the filter. Show all 1'],
  ])('%s says why', (_, fields, query, words) => {
    const shown = results(report(fields), query);

    expect(textOf(shown)).toContain(words);
    expect(shown).not.toContain('<table');
  });
});

describe('the foot of the page', () => {
  it('names the version and links to the other paths, relative to the page', () => {
    const options = { telemetryPath: '/own/metrics', refreshSeconds: 30 };

    const page = renderStatusPage(report(), new URLSearchParams(), options);

    expect(page).toContain('huaweicloud-backup-exporter 0.1.0');
    const links = [...page.matchAll(/(?:href|src)="([^"]*)"/g)].map(([, link]) => link);
    expect(links).toEqual(
      expect.arrayContaining(['./own/metrics', './api/v1/status', './-/healthy', './-/ready']),
    );
    expect(links.filter((link) => !/^(?:\.\/|\?|#)/.test(link ?? ''))).toEqual([]);
  });
});

it('is made the same for the same report', () => {
  expect(NOW).toBe(mixedReport.now);
  expect(render(mixedReport)).toBe(render(mixedReport));
});
