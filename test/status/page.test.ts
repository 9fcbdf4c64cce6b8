import { describe, expect, it } from 'vitest';
import { bytes, seconds, unixSeconds } from '../../src/domain/quantities.ts';
import { PAGE_DEFAULTS, renderStatusPage } from '../../src/status/page.ts';
import type { StatusReport } from '../../src/status/report.ts';
import { failed, succeeded } from '../support/backups.ts';
import {
  ago,
  failingPoll,
  largeReport,
  mixedReport,
  NOW,
  poll,
  type ResourceFields,
  recent,
  report,
  resource,
  unpolled,
} from './reports.ts';

const HOUR = 3600;

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
const results = (of: StatusReport, query = '') =>
  part(render(of, query), '<section id="results"', '<section id="polls"');
const rowOf = (fields: ResourceFields) =>
  part(results(report({ resources: [resource(fields)] })), '<tbody', '</tbody');
const cell = (row: string, column: string) =>
  textOf(
    row
      .slice(row.search(new RegExp(`<t[dh][^>]* class="${column}`)))
      .replace(/^[^>]*>/, '')
      .replace(/<\/t[dh]>.*/s, ''),
  );

describe('the head of the page', () => {
  it('shows how many resources need attention, and how many are in each state', () => {
    const page = render(mixedReport);

    expect(page).toContain('<h1 id="headline" class="headline bad">7 of 16 resources need attention</h1>');
    expect(page).toContain('<title>7 of 16 resources need attention – Huawei Cloud backups</title>');
    expect(head(mixedReport)).toContain(
      '1 Never backed up 2 Stale 1 Failed 1 Stuck 1 Shrunk 1 Slow 1 Running 1 New 5 Fine 2 Not expected',
    );
  });

  const fresh = resource({ lastSuccess: undefined, created: ago(4 * HOUR) });
  const exempt = resource({ objective: undefined });

  it.each<[string, string, Partial<StatusReport>]>([
    ['good', 'The one resource is fine', {}],
    ['good', 'All 2 resources are fine', { resources: [resource(), resource({ runningSince: ago(5) })] }],
    ['good', '1 resource is fine, 1 is not expected to be backed up', { resources: [resource(), exempt] }],
    ['good', '2 resources are fine, 1 is new', { resources: [resource(), resource(), fresh] }],
    ['unknown', '1 resource is new', { resources: [fresh] }],
    ['unknown', 'No resource is expected to be backed up', { resources: [exempt] }],
    ['bad', '1 of 1 resource needs attention', { resources: [resource({ consecutiveFailures: 1 })] }],
    [
      'bad',
      '1 of 1 resource needs attention; no data yet from 1 service of 2',
      { resources: [resource({ consecutiveFailures: 1 })], polls: [poll(), unpolled()] },
    ],
    [
      'doubtful',
      'No resource is known to need attention, but something is wrong with the data',
      { polls: [poll(), failingPoll('server', 'it answers 503')] },
    ],
    [
      'doubtful',
      'No resource is known to need attention, but something is wrong with the data',
      { reloadProblems: ['config.yml:3: poll.interval: expected a duration'] },
    ],
    ['unknown', 'Nothing has been polled yet', { polls: [unpolled()], resources: [] }],
    ['unknown', 'No resources found', { resources: [] }],
    [
      'bad',
      'No data: no complete poll yet',
      { polls: [failingPoll('network', 'no route', { lastComplete: undefined })], resources: [] },
    ],
  ])('is %s and shows: %s', (tone, sentence, fields) => {
    const page = render(report(fields));

    expect(page).toContain(`<h1 id="headline" class="headline ${tone}">${sentence}</h1>`);
    expect(page).toContain(tone === 'good' || tone === 'unknown' ? 'fine.svg' : 'trouble.svg');
  });

  it('shows the age of the oldest data, its service, and the time of the page', () => {
    expect(head(mixedReport)).toContain(
      'Oldest data from 3 h ago, gaussdb-mysql in prod (cn-north-4). As of 2026-07-01 10:00:00 UTC.',
    );
    expect(head(report())).toContain('Data from 4 min ago. As of 2026-07-01 10:00:00 UTC.');
  });

  it('does not repeat the name of a project that is its region', () => {
    const polls = [poll({ project: 'cn-north-4' }), poll({ lastComplete: ago(60) })];

    expect(head(report({ polls }))).toContain('Oldest data from 4 min ago, ges in cn-north-4.');
  });

  it.each<[string, Partial<StatusReport>, string]>([
    [
      'a failing poll',
      { polls: [failingPoll('permission', 'grant ges:backup:list.')] },
      'Polls are failing (permission): grant ges:backup:list. ges in prod (cn-north-4) (data from 3 h ago) Runbook HuaweiCloudBackupAuthFailing',
    ],
    [
      'a poll that fails without a reason',
      { polls: [poll({ outcome: 'timeout' })] },
      'Polls are failing (timeout). ges in prod (cn-north-4) (data from 4 min ago) Runbook HuaweiCloudBackupPollFailing',
    ],
    [
      'a poll that has never been complete',
      { polls: [poll(), failingPoll('auth', 'the password is wrong', { lastComplete: undefined })] },
      'Polls are failing (auth): the password is wrong. ges in prod (cn-north-4) (no data yet)',
    ],
    [
      'a service that has not been polled while others have',
      { polls: [poll(), unpolled({ service: 'gaussdb-mysql' })] },
      'Not polled yet. gaussdb-mysql in prod (cn-north-4)',
    ],
    [
      'polls that have stopped',
      { polls: [poll({ lastPoll: ago(2 * HOUR), lastComplete: ago(2 * HOUR) })] },
      'No poll for over 1 h. ges in prod (cn-north-4) (data from 2 h ago) Runbook HuaweiCloudBackupDataStale',
    ],
    [
      'an inventory that could not be read',
      { polls: [poll({ inventory: { complete: false, reason: 'GES.7041, grant ges:graph:list' } })] },
      'The inventory could not be read: GES.7041, grant ges:graph:list. Resources without backups may be missing.',
    ],
    [
      'an unlisted backup',
      { polls: [poll({ unlisted: 1 })] },
      'The service counts 1 more backup than it lists.',
    ],
    [
      'unlisted resources',
      { polls: [poll({ resourcesUnlisted: 40 })] },
      'The service counts 40 more resources than it lists.',
    ],
    [
      'policies that could not be read',
      { polls: [poll({ policiesUnread: 3 })] },
      'The backup policies of 3 resources could not be read, so nothing says whether backups are expected.',
    ],
    [
      'resources over the limit',
      { polls: [poll({ overLimit: 1200 })] },
      '1,200 resources are over limits.resources and not shown.',
    ],
    [
      'rows that could not be read',
      { polls: [poll({ rejected: { not_an_object: 0, time: 5 } })] },
      '5 rows could not be read (time: 5); the log shows an example. ges in prod (cn-north-4) Runbook HuaweiCloudBackupRecordsRejected',
    ],
    [
      'a wrong clock',
      { polls: [poll({ clockSkew: seconds(3900) })] },
      "This machine's clock is 1 h 5 min ahead of the cloud's. ges in prod (cn-north-4) Runbook HuaweiCloudBackupClockSkew",
    ],
    [
      'a reload that failed',
      { reloadProblems: ['config.yml:3: poll.interval: expected a duration'] },
      'The configuration was not reloaded; the previous one is still in use: config.yml:3: poll.interval: expected a duration. Runbook HuaweiCloudBackupConfigReloadFailing',
    ],
    [
      'a password that expires soon',
      { projects: [{ region: 'cn-north-4', project: 'prod', passwordExpires: ago(-2 * 24 * HOUR) }] },
      'The password of the IAM user expires in 2 d, on 2026-07-03 10:00:00 UTC. prod (cn-north-4) Runbook HuaweiCloudBackupCredentialsExpiring',
    ],
    [
      'a password that has expired',
      { projects: [{ region: 'cn-north-4', project: 'prod', passwordExpires: ago(HOUR) }] },
      'The password of the IAM user expired 1 h ago',
    ],
  ])('reports %s', (_, fields, sentence) => {
    expect(head(report(fields))).toContain(sentence);
  });

  it('reports a cause once, however many services it affects', () => {
    const reason = (what: string) => `cannot list ${what}: cannot sign in: wrong password; check password`;
    const failing = (project: string, service: 'ges' | 'rds') =>
      failingPoll('auth', reason(service === 'ges' ? 'graphs' : 'instances'), {
        project,
        service,
        inventory: { complete: false, reason: reason('backups') },
      });

    const shown = head(
      report({ polls: [failing('a', 'ges'), failing('a', 'rds'), failing('b', 'ges'), failing('b', 'rds')] }),
    );

    expect(shown).toContain('A problem with the data');
    expect(shown).toContain(
      'Polls are failing (auth): cannot sign in: wrong password; check password. ges, rds in a (cn-north-4) (data from 3 h ago); ges, rds in b (cn-north-4) (data from 3 h ago)',
    );
    expect(shown).not.toContain('inventory');
  });

  it('has no box for problems without problems', () => {
    expect(render(report())).not.toContain('with the data');
    expect(render(report({ polls: [poll({ lastComplete: ago(HOUR) })] }))).not.toContain('with the data');
    const projects = [{ region: 'r', project: 'p', passwordExpires: ago(-8 * 24 * HOUR) }];
    expect(render(report({ projects }))).not.toContain('with the data');
  });

  it('shows ten problems and counts the others', () => {
    const polls = Array.from({ length: 13 }, (_, index) =>
      failingPoll('throttled', `too many requests to host-${index}`, { project: `project-${index}` }),
    );

    const shown = head(report({ polls }));

    expect(shown).toContain('13 problems with the data');
    expect(shown).toContain('3 more: see the polls below.');
  });
});

describe('the polls', () => {
  const polls = (of: StatusReport) => textOf(part(render(of), '<section id="polls"', '</main>'));

  it('are listed with their outcomes, durations and numbers of requests', () => {
    const record = { ended: ago(60), duration: seconds(2.4), outcome: 'success' as const, reason: undefined };
    const shown = polls(
      report({
        polls: [
          poll({ recent: [{ ...record, requests: 1 }] }),
          failingPoll('throttled', 'too many requests', { project: 'test' }),
          unpolled({ project: 'later' }),
        ],
      }),
    );

    expect(shown).toContain('3 services polled, 1 failing, 1 not polled yet');
    expect(shown).toContain(
      'prod cn-north-4 ges success, 1 min ago, 2026-07-01 09:59:00 UTC, 1 request in 2 s success 1 min ago 2 s 1 4 min ago 12 read',
    );
    expect(shown).toContain('throttled too many requests 1 min ago 2 s 3 3 h ago 12 read');
    expect(shown).toContain('later cn-north-4 ges – not polled yet – never');
  });
});

describe('a row', () => {
  it('contains state, name, id, project, service, region, age, objective, size and duration', () => {
    const row = rowOf({});

    expect(cell(row, 'state')).toBe('Fine');
    expect(cell(row, 'resource')).toBe('orders 4c5f882d-a813-4d78-a1e3-6136914759d1');
    expect(cell(row, 'scope')).toBe('prod ges, cn-north-4');
    expect(cell(row, 'age')).toBe('3 h 12 min ago, objective 26 h 12%');
    expect(cell(row, 'size')).toBe('812 MiB');
    expect(cell(row, 'duration')).toBe('1 min 7 s');
    expect(row).toContain(
      '<time datetime="2026-07-01T06:48:00Z" title="2026-07-01 06:48:00 UTC">3 h 12 min ago</time>',
    );
  });

  it.each<[string, ResourceFields, string]>([
    [
      'never backed up',
      { lastSuccess: undefined, created: ago(280 * 24 * HOUR) },
      'Never backed up first backup was due 278 d ago',
    ],
    [
      'never backed up, of unknown age',
      { lastSuccess: undefined, created: undefined },
      'Never backed up of unknown age',
    ],
    ['stale', { lastSuccess: ago(31 * HOUR) }, 'Stale overdue by 5 h'],
    [
      'stale because backups fail',
      { lastSuccess: ago(31 * HOUR), consecutiveFailures: 2, lastFailure: ago(3 * HOUR) },
      'Stale overdue by 5 h failed 2 times, last 3 h ago',
    ],
    ['failed', { consecutiveFailures: 1, lastFailure: ago(3 * HOUR) }, 'Failed 3 h ago'],
    ['failed many times', { consecutiveFailures: 4, lastFailure: ago(60) }, 'Failed 4 times, last 1 min ago'],
    [
      'stuck',
      { runningSince: ago(19 * HOUR), medianDuration: seconds(300) },
      'Stuck running for 19 h, usually 5 min',
    ],
    ['shrunk', { lastSize: bytes(1024), medianSize: bytes(1024 ** 3) }, 'Shrunk 1.00 KiB, usually 1.00 GiB'],
    [
      'slow',
      { lastDuration: seconds(5 * HOUR), medianDuration: seconds(300) },
      'Slow took 5 h, usually 5 min',
    ],
    ['running', { runningSince: ago(720) }, 'Running for 12 min'],
    ['new', { lastSuccess: undefined, created: ago(4 * HOUR) }, 'New first backup due in 22 h'],
    [
      'fine only because of a manual backup',
      { lastAutomaticSuccess: ago(80 * HOUR) },
      'Fine last automatic backup 3 d 8 h ago',
    ],
    ['not expected', { objective: undefined, notExpected: 'stopped' }, 'Not expected stopped'],
    ['deleted', { exists: false, objective: undefined, notExpected: 'deleted' }, 'Not expected deleted'],
    ['fine except for its newest backup', { lastState: 'unknown' }, 'Fine newest backup in an unknown state'],
  ])('that is %s shows since when or why', (_, fields, expected) => {
    expect(cell(rowOf(fields), 'state')).toBe(expected);
  });

  it.each<[string, ResourceFields, string, string]>([
    ['over its objective', { lastSuccess: ago(31 * HOUR) }, 'age', '1 d 7 h ago, objective 26 h 120%'],
    [
      'a second over its objective, which is not 100%',
      { lastSuccess: ago(26 * HOUR + 1) },
      'age',
      '1 d 2 h ago, objective 26 h 101%',
    ],
    ['far over it', { lastSuccess: ago(2600 * HOUR) }, 'age', '108 d ago, objective 26 h over 999%'],
    ['with a time in the future', { lastSuccess: ago(-120) }, 'age', 'in 2 min, objective 26 h 0%'],
    [
      'without a successful backup',
      { lastSuccess: undefined, created: ago(13 * HOUR) },
      'age',
      'never, created 13 h ago, objective 26 h 50%',
    ],
    ['without times', { lastSuccess: undefined, created: undefined }, 'age', 'never, objective 26 h'],
    ['without an objective', { objective: undefined }, 'age', '3 h 12 min ago, no objective'],
    ['of unknown size', { lastSize: undefined }, 'size', '– unknown'],
    ['of unknown duration', { lastDuration: undefined }, 'duration', '– unknown'],
  ])('%s', (_, fields, column, expected) => {
    expect(cell(rowOf(fields), column)).toBe(expected);
  });

  it.each<[number, string]>([
    [0, '0.0'],
    [13, '33.3'],
    [26, '66.7'],
    [39, '100.0'],
    [2600, '100.0'],
  ])(
    'with an age of %i h has a bar of width %s, with the objective of 26 h at two thirds',
    (hours, width) => {
      const row = rowOf({ lastSuccess: ago(hours * HOUR) });

      expect(row).toMatch(new RegExp(`<rect class="used(?: over)?" width="${width}"`));
      expect(row).toContain('<rect class="limit" x="66.7"');
    },
  );

  it('has a mark for each of its last backups, and one for each missing one', () => {
    const row = rowOf({
      lastSuccess: ago(60 * HOUR),
      recent: recent(
        succeeded({ end: ago(84 * HOUR), size: 1024 ** 3, duration: 240 }),
        failed({ end: ago(72 * HOUR) }),
        succeeded({ end: ago(60 * HOUR), size: undefined, duration: undefined }),
      ),
    });

    expect([...row.matchAll(/<li class="mark ([^"]*)" title="([^"]*)"/g)].map(([, ...mark]) => mark)).toEqual(
      [
        ['succeeded', 'Succeeded 2026-06-27 22:00:00 UTC, 3 d 12 h ago, 1.00 GiB, took 4 min'],
        ['failed', 'Failed 2026-06-28 10:00:00 UTC, 3 d ago'],
        ['succeeded', 'Succeeded 2026-06-28 22:00:00 UTC, 2 d 12 h ago'],
        ['missing', 'Missing: due 2026-06-30 00:00:00 UTC, 1 d 10 h ago'],
        ['missing', 'Missing: due 2026-07-01 02:00:00 UTC, 8 h ago'],
      ],
    );
  });

  it('has commands for the resource, quoted for the shell', () => {
    const row = textOf(rowOf({ project: 'my project', resourceId: '4c5f882d' }));

    const where = "--project 'my project' --service ges --resource 4c5f882d";
    expect(row).toContain(`huaweicloud-backup-exporter backups list ${where}`);
    expect(row).toContain(`huaweicloud-backup-exporter backups create ${where}`);
  });

  it('has commands with a prefix and the configuration in use', () => {
    const page = renderStatusPage(report(), new URLSearchParams(), {
      ...PAGE_DEFAULTS,
      configFile: '/etc/my exporter/config.yml',
      program: 'kubectl exec deploy/exporter -- huaweicloud-backup-exporter',
    });

    expect(textOf(page)).toContain(
      "kubectl exec deploy/exporter -- huaweicloud-backup-exporter backups list --config.file '/etc/my exporter/config.yml' --project prod",
    );
  });

  it('has no command to back up a deleted resource', () => {
    const row = textOf(rowOf({ exists: false }));

    expect(row).toContain('backups list');
    expect(row).not.toContain('backups create');
  });

  it('has everything known in its details', () => {
    const row = textOf(
      rowOf({
        runningSince: ago(60),
        lastFailure: ago(50 * HOUR),
        oldestSuccess: ago(240 * HOUR),
        stored: { succeeded: 9, failed: 1, running: 1, unknown: 0 },
        storedBytes: bytes(5 * 1024 ** 3),
        medianSize: bytes(800 * 1024 ** 2),
        medianDuration: seconds(60),
        kind: 'MySQL',
        status: 'ACTIVE',
      }),
    );

    for (const fact of [
      'Last success 3 h 12 min ago, 2026-07-01 06:48:00 UTC: 812 MiB, took 1 min 7 s, auto',
      'Usually 800 MiB, 1 min',
      'Last failure 2 d 2 h ago, 2026-06-29 08:00:00 UTC',
      'Running backup started 1 min ago, 2026-07-01 09:59:00 UTC',
      'Objective 26 h',
      'Next backup due in 22 h 48 min, 2026-07-02 08:48:00 UTC',
      'Oldest restorable backup 10 d ago, 2026-06-21 10:00:00 UTC',
      'Stored 9 succeeded, 1 failed, 1 running, 5.00 GiB',
      'Created 210 d ago, 2025-12-03 10:00:00 UTC',
      'Type MySQL',
      'Status ACTIVE',
    ]) {
      expect(row).toContain(fact);
    }
  });

  it('links to the runbooks of its firing alerts', () => {
    const row = rowOf({ lastSuccess: ago(31 * HOUR), consecutiveFailures: 2, lastFailure: ago(3 * HOUR) });

    expect([...row.matchAll(/href="[^"]*\/(\w+)\.md"/g)].map(([, name]) => name)).toEqual([
      'HuaweiCloudBackupStale',
      'HuaweiCloudBackupFailed',
    ]);
  });

  it('links to its dashboard if there is one', () => {
    const page = renderStatusPage(report(), new URLSearchParams(), {
      ...PAGE_DEFAULTS,
      dashboardUrl: 'https://grafana.example',
    });

    expect(page).toContain(
      'href="https://grafana.example/d/huaweicloud-backup?var-cloud_service=ges&amp;var-region=cn-north-4&amp;var-project=prod&amp;var-resource_name=orders"',
    );
    expect(render(report())).not.toContain('grafana');
  });

  it('shows a time that is not a valid date as a number', () => {
    const row = rowOf({ runningSince: unixSeconds(1e15) });

    expect(row).not.toContain('Invalid');
    expect(textOf(row)).toContain('1000000000000000 s after 1970');
  });

  it('truncates a long name and has all of it in its title', () => {
    const name = 'n'.repeat(256);

    const row = rowOf({ resourceName: name });

    expect(row).toContain(`<bdi class="name" title="${name}">${'n'.repeat(63)}…</bdi>`);
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
    ['a reload', report({ reloadProblems: [hostile] }), ''],
    ['a type', report({ resources: [resource({ kind: hostile, status: hostile })] }), ''],
    [
      'the reason why no backup is expected',
      report({ resources: [resource({ objective: undefined, notExpected: hostile })] }),
      '',
    ],
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
  it('describes what is shown', () => {
    const caption = (query: string) => textOf(part(results(largeReport(1250), query), '<caption', '<thead'));

    expect(caption('')).toBe('1–100 of 1,250 resources, worst first');
    expect(caption('page=13')).toBe('1,201–1,250 of 1,250 resources, worst first');
    expect(caption('dir=asc')).toBe('1–100 of 1,250 resources, best first');
    expect(caption('q=graph-1250&sort=size')).toBe(
      '1 resource matching the filter, of 1,250, by size, descending',
    );
  });

  it('keeps the filter in the links of headings and pages', () => {
    const page = results(largeReport(1250), 'q=graph&state=attention&sort=size&page=2');

    expect(page).toContain('href="?q=graph&amp;state=attention&amp;sort=age"');
    expect(page).toContain('href="?q=graph&amp;state=attention&amp;sort=size&amp;dir=asc"');
    expect(page).toContain('href="?q=graph&amp;state=attention&amp;sort=size&amp;page=3"');
  });

  it('keeps the order when the filter changes', () => {
    const page = render(largeReport(300), 'sort=size&dir=asc&page=2');

    expect(page).toContain('<option value="size" selected>Size</option>');
    expect(page).toContain('<input type="hidden" name="dir" value="asc">');
    expect(page).not.toContain('name="page"');
  });

  it('sets the ARIA roles of all table parts, because some browsers drop them when the style changes', () => {
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

  it('marks only the heading by which it is sorted', () => {
    expect(results(mixedReport).match(/aria-sort="\w+"/g)).toEqual(['aria-sort="descending"']);
    expect(results(mixedReport, 'sort=project')).toMatch(/class="scope" aria-sort="ascending"/);
  });

  it('has no page links if there is only one page', () => {
    expect(render(largeReport(100))).not.toContain('aria-label="Pages"');
    expect(render(largeReport(101))).toContain('aria-label="Pages"');
  });

  it('fills the form with the query', () => {
    const page = render(mixedReport, 'q=a%22b&state=never_backed_up');

    expect(page).toContain('name="q" value="a&quot;b"');
    expect(page).toContain('<option value="never_backed_up" selected>Never backed up</option>');
  });
});

describe('a page without rows', () => {
  it.each<[string, Partial<StatusReport>, string, string]>([
    ['before the first poll', { polls: [unpolled()], resources: [] }, '', 'The first poll is under way.'],
    [
      'before the first complete poll',
      { polls: [failingPoll('server', '503', { lastComplete: undefined })], resources: [] },
      '',
      'Resources are shown here after the first complete poll.',
    ],
    ['without resources', { resources: [] }, '', 'hold no resources and no backups'],
    ['when nothing matches', {}, 'q=zzz', 'No resource matches the filter. Show all 1'],
  ])('%s shows the reason', (_, fields, query, words) => {
    const shown = results(report(fields), query);

    expect(textOf(shown)).toContain(words);
    expect(shown).not.toContain('<table');
  });
});

describe('the foot of the page', () => {
  it('shows the version and links to the other paths, relative to the page', () => {
    const options = { ...PAGE_DEFAULTS, telemetryPath: '/own/metrics' };

    const page = renderStatusPage(report(), new URLSearchParams(), options);

    expect(page).toContain('huaweicloud-backup-exporter 0.1.0');
    const links = [...page.matchAll(/(?:href|src)="([^"]*)"/g)].map(([, link]) => link);
    expect(links).toEqual(
      expect.arrayContaining(['./own/metrics', './api/v1/status', './-/healthy', './-/ready']),
    );
    expect(links.filter((link) => !/^(?:\.\/|\?|#|https:\/\/github\.com\/)/.test(link ?? ''))).toEqual([]);
  });
});

it('the page is the same for the same report', () => {
  expect(NOW).toBe(mixedReport.now);
  expect(render(mixedReport)).toBe(render(mixedReport));
});
