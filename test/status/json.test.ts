import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { bytes, seconds } from '../../src/domain/quantities.ts';
import { statusJson } from '../../src/status/json.ts';
import { RESOURCE_STANDINGS, type StatusReport } from '../../src/status/report.ts';
import { ago, failingPoll, mixedReport, poll, report, resource } from './reports.ts';

const page = readFileSync(new URL('../../docs/api-status.md', import.meta.url), 'utf8');
const sent = async (of: StatusReport) => JSON.parse(await statusJson(of, () => undefined));

const documentedReport = report({
  polls: [
    poll({ resources: 2 }),
    failingPoll('permission', 'list_backups is refused (DBS.280015): grant gaussdb:backup:list', {
      service: 'gaussdb-mysql',
      inventory: {
        complete: false,
        reason: 'list_instances is refused (DBS.280015): grant gaussdb:instance:list',
      },
      unlisted: 0,
      resources: 1,
    }),
  ],
  resources: [
    resource({ resourceName: 'orders', lastSize: bytes(851_443_712), lastDuration: seconds(67) }),
    resource({
      resourceName: 'identity-graph',
      resourceId: '9b9a05c2-0cdb-41ac-b55f-93caffb0519a',
      created: ago(7200),
      lastState: undefined,
      lastSuccess: undefined,
      lastSize: undefined,
      lastDuration: undefined,
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
      consecutiveFailures: 2,
      runningSince: ago(720),
    }),
  ],
});

describe('the JSON of the status', () => {
  it('is the one in the documentation', async () => {
    const [, example] = /```json\n(.*?)```/s.exec(page) ?? [];

    expect(example).toBe(`${JSON.stringify(await sent(documentedReport), undefined, 2)}\n`);
  });

  it('has no field that the documentation leaves out, and the other way round', async () => {
    const { polls, resources, ...all } = await sent(documentedReport);
    const used = [all, ...polls, ...resources].flatMap((part: object) => Object.keys(part));

    const tables = page.slice(page.indexOf('## Fields'), page.indexOf('### States'));
    const documented = [...tables.matchAll(/^\| (`.*?`) \|/gm)].flatMap(([, cell = '']) =>
      cell.split(', ').map((name) => name.replaceAll('`', '')),
    );
    expect(new Set(documented)).toEqual(new Set([...used, 'polls', 'resources']));
  });

  it('has the states that are documented, worst first', async () => {
    const table = page.slice(page.indexOf('### States'));

    expect([...table.matchAll(/^\| `(.*?)` \|/gm)].map(([, state]) => state)).toEqual(RESOURCE_STANDINGS);
    expect(Object.keys((await sent(mixedReport)).states)).toEqual(RESOURCE_STANDINGS);
  });

  it('has the resources worst first', async () => {
    const states = (await sent(mixedReport)).resources.map(({ state }: { state: string }) => state);

    expect(states[0]).toBe('never');
    expect(states).toEqual(
      [...states].sort((one, other) => RESOURCE_STANDINGS.indexOf(one) - RESOURCE_STANDINGS.indexOf(other)),
    );
  });

  it('leaves out what is unknown', async () => {
    const unknown = {
      objective: undefined,
      created: undefined,
      lastState: undefined,
      lastSuccess: undefined,
      lastSize: undefined,
      lastDuration: undefined,
    };

    const before = poll({
      outcome: undefined,
      lastPoll: undefined,
      lastComplete: undefined,
      inventory: undefined,
      unlisted: undefined,
      overLimit: undefined,
      resources: undefined,
    });

    expect(await sent(report({ polls: [before], resources: [resource(unknown)] }))).toMatchObject({
      polls: [{ service: 'ges', region: 'cn-north-4', project: 'prod' }],
      resources: [expect.objectContaining({ consecutive_failures: 0 })],
    });
    expect(Object.keys((await sent(report({ polls: [before] }))).polls[0])).toEqual([
      'service',
      'region',
      'project',
    ]);
    expect(
      JSON.stringify(await sent(report({ polls: [before], resources: [resource(unknown)] }))),
    ).not.toMatch(/null/);
  });
});
