import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { bytes, seconds } from '../../src/domain/quantities.ts';
import { RESOURCE_STATES } from '../../src/state/resource-state.ts';
import { statusJson } from '../../src/status/json.ts';
import type { StatusReport } from '../../src/status/report.ts';
import { failed, running, succeeded } from '../support/backups.ts';
import { ago, failingPoll, mixedReport, poll, recent, report, resource, unpolled } from './reports.ts';

const page = readFileSync(new URL('../../docs/api-status.md', import.meta.url), 'utf8');
const sent = async (of: StatusReport) => JSON.parse(await statusJson(of, () => undefined));

const documentedReport = report({
  projects: [{ region: 'cn-north-4', project: 'prod', passwordExpires: ago(-5 * 86_400) }],
  polls: [
    poll({ resources: 1, rejected: { time: 2 }, clockSkew: seconds(1) }),
    failingPoll('permission', 'list_backups is refused (DBS.280015): grant gaussdb:backup:list', {
      service: 'gaussdb-mysql',
      unlisted: 0,
      policiesUnread: 0,
      resources: 1,
    }),
  ],
  resources: [
    resource({
      resourceName: 'identity-graph',
      resourceId: '9b9a05c2-0cdb-41ac-b55f-93caffb0519a',
      created: ago(7200),
      lastState: undefined,
      lastSuccess: undefined,
      lastSize: undefined,
      lastDuration: undefined,
      lastMethod: undefined,
      stored: { succeeded: 0, failed: 0, running: 0, unknown: 0 },
      storedBytes: bytes(0),
    }),
    resource({
      service: 'gaussdb-mysql',
      resourceName: 'billing',
      resourceId: '43e4feaab48f11e89039fa163ebaa7e4in07',
      created: undefined,
      lastState: 'running',
      lastSuccess: ago(31 * 3600),
      lastSize: bytes(2_939_158_528),
      lastDuration: seconds(240),
      medianSize: bytes(2_936_012_800),
      medianDuration: seconds(238),
      lastAutomaticSuccess: ago(31 * 3600),
      lastFailure: ago(6 * 3600),
      consecutiveFailures: 1,
      runningSince: ago(720),
      oldestSuccess: ago(7 * 86_400),
      stored: { succeeded: 7, failed: 1, running: 1, unknown: 0 },
      storedBytes: bytes(20_552_089_600),
      recent: recent(
        succeeded({ end: ago(31 * 3600), size: 2_939_158_528, duration: 240 }),
        failed({ end: ago(6 * 3600) }),
        running({ start: ago(720) }),
      ),
    }),
  ],
});

describe('the JSON of the status', () => {
  it('is the documented example', async () => {
    const [, example] = /```json\n(.*?)```/s.exec(page) ?? [];

    expect(example).toBe(`${JSON.stringify(await sent(documentedReport), undefined, 2)}\n`);
  });

  it('has exactly the documented fields', async () => {
    const lists = ['problems', 'projects', 'polls', 'resources'] as const;
    const whole = await sent(documentedReport);
    const paths = Object.entries(whole).flatMap(([name, value]) =>
      lists.some((list) => list === name)
        ? (value as object[]).flatMap((item) => Object.keys(item).map((field) => `${name}[].${field}`))
        : [name],
    );

    const sections = page.slice(page.indexOf('## Fields'), page.indexOf('### States')).split(/^### /m);
    const documented = sections.flatMap((section) => {
      const list = /^`(.*?\[\])`/.exec(section)?.[1];
      return [...section.matchAll(/^\| (`.*?`) \|/gm)].flatMap(([, cell = '']) =>
        cell
          .split(', ')
          .map((name) => name.replaceAll('`', ''))
          .map((name) => (list === undefined ? name : `${list}.${name}`)),
      );
    });
    expect(new Set(documented)).toEqual(new Set([...paths, ...lists]));
  });

  it('has the documented states, worst first', async () => {
    const table = page.slice(page.indexOf('### States'));

    expect([...table.matchAll(/^\| `(.*?)` \|/gm)].map(([, state]) => state)).toEqual(RESOURCE_STATES);
    expect(Object.keys((await sent(mixedReport)).states)).toEqual(RESOURCE_STATES);
  });

  it('has the resources worst first', async () => {
    const states = (await sent(mixedReport)).resources.map(({ state }: { state: string }) => state);

    expect(states[0]).toBe('never_backed_up');
    expect(states).toEqual(
      [...states].sort((one, other) => RESOURCE_STATES.indexOf(one) - RESOURCE_STATES.indexOf(other)),
    );
  });

  it('omits unknown values', async () => {
    const unknown = {
      objective: undefined,
      lastMethod: undefined,
      created: undefined,
      lastState: undefined,
      lastSuccess: undefined,
      lastSize: undefined,
      lastDuration: undefined,
    };

    const before = unpolled();

    expect(await sent(report({ polls: [before], resources: [resource(unknown)] }))).toMatchObject({
      polls: [{ service: 'ges', region: 'cn-north-4', project: 'prod' }],
      resources: [expect.objectContaining({ consecutive_failures: 0 })],
    });
    expect(Object.keys((await sent(report({ polls: [before] }))).polls[0])).toEqual([
      'service',
      'region',
      'project',
      'rejected_rows',
      'recent_polls',
    ]);
    expect(
      JSON.stringify(await sent(report({ polls: [before], resources: [resource(unknown)] }))),
    ).not.toMatch(/null/);
  });
});
