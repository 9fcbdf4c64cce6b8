import { describe, expect, it } from 'vitest';
import { renderEvidence, verdictOf } from '../../scripts/generate-evidence-docs.ts';
import { parseRecording } from '../../src/recording/recording.ts';
import { assumptionsOf, contradictions } from '../../src/services/assumptions.ts';
import type { SeenResponse } from '../../src/services/evidence.ts';
import { defaultApi, SERVICES, serviceOf } from '../../src/services/index.ts';
import { record, runCheck, simulatedConfiguration } from './check.ts';
import { type Difference, startOtherCloud } from './other-cloud.ts';

/** The verdict on each assumption about GES in a recording of a cloud that differs. */
async function verdictsOn(difference: Difference, type = 'ges'): Promise<Readonly<Record<string, string>>> {
  const { configuration } = await startOtherCloud(difference);
  const recording = parseRecording((await record(configuration)).text);
  const service = serviceOf(type);
  return Object.fromEntries(
    assumptionsOf(service).map((assumption) => [assumption.id, verdictOf(assumption, service, recording)]),
  );
}

const disprovedIn = (verdicts: Readonly<Record<string, string>>): readonly string[] =>
  Object.keys(verdicts).filter((id) => verdicts[id]?.startsWith('**disproved**'));

interface DifferentCloud {
  readonly what: string;
  readonly difference: Difference;
  readonly disproved: readonly string[];
  readonly because: RegExp;
}

const DIFFERENT: readonly DifferentCloud[] = [
  {
    what: 'offsets are the numbers of pages',
    difference: { offsetIsPage: true },
    disproved: ['offset'],
    because: /`offset` of list_backups is the number of a page/,
  },
  {
    what: 'a status is one that nobody documented',
    difference: { status: 'partial_success' },
    disproved: ['status'],
    because: /a backup has the status "partial_success"/,
  },
  {
    what: 'times are written in another form',
    difference: { timeForm: (time) => time.toUTCString() },
    disproved: ['rows', 'times'],
    because: /a row of list_backups cannot be read \(time\)/,
  },
  {
    what: 'times without a zone are local',
    difference: { zone: 8 },
    disproved: ['utc'],
    because: /`start_time` is 8 h from `start_timestamp`/,
  },
  {
    what: 'durations are in milliseconds',
    difference: { durationFactor: 1000 },
    disproved: ['duration'],
    because: /a backup that took 120 s states a duration of 120000 s, if the unit is right/,
  },
  {
    what: 'sizes are in kilobytes',
    difference: { sizeFactor: 2 ** 20 },
    disproved: ['size'],
    because: /a backup of \d+ GiB, if the unit is right, took 120 s/,
  },
  {
    what: 'a page has fewer rows than were requested',
    difference: { largestLimit: 5 },
    disproved: ['limit'],
    because: /list_backups returns 5 of 21 rows for limit=120/,
  },
  {
    what: 'an offset behind the end is refused',
    difference: { behindTheEnd: 400 },
    disproved: ['end'],
    because: /list_backups returns 400 for an offset after the end/,
  },
  {
    what: 'the total counts the page',
    difference: { totalOfPage: true },
    disproved: ['total'],
    because: /the total of list_backups counts the page/,
  },
  {
    what: 'an unknown id has an unknown error code',
    difference: { unknownCode: 'GES.9999' },
    disproved: ['unknown-id'],
    because: /an id that does not exist returns 404 and an unknown code/,
  },
];

describe('a recording of a cloud', () => {
  it('that is as assumed disproves nothing, and proves what its responses can prove', async () => {
    const verdicts = await verdictsOn({});

    expect(disprovedIn(verdicts)).toEqual([]);
    for (const id of [
      'offset',
      'limit',
      'end',
      'total',
      'rows',
      'status',
      'times',
      'size',
      'duration',
      'utc',
      'unknown-id',
    ])
      expect(verdicts).toMatchObject({ [id]: 'proved' });
  });

  it('proves a policy, and the lists of each resource', async () => {
    const verdicts = await verdictsOn({}, 'rds');

    expect(disprovedIn(verdicts)).toEqual([]);
    expect(verdicts).toMatchObject({ offset: 'proved', policy: 'proved', 'unknown-id': 'proved' });
  });

  it.each(DIFFERENT)('where $what disproves that', async ({ difference, disproved, because }) => {
    const verdicts = await verdictsOn(difference);

    expect(disprovedIn(verdicts)).toEqual(disproved);
    expect(verdicts[disproved[0] ?? '']).toMatch(because);
  });

  it('of the simulated cloud disproves nothing of any service', async () => {
    const configuration = await simulatedConfiguration(
      4,
      SERVICES.map(({ type }) => type),
    );
    const recording = parseRecording((await record(configuration)).text);

    expect(renderEvidence([{ name: 'it', recording }])).not.toContain('disproved');
  });
});

describe('check', () => {
  const saying = DIFFERENT.filter(({ disproved: [id] }) =>
    ['status', 'rows', 'utc', 'duration', 'size', 'limit'].includes(id ?? ''),
  );

  it.each(saying)('says where $what, and asks for a recording', async ({ difference, because }) => {
    const { configuration } = await startOtherCloud(difference);

    const { output } = await runCheck(configuration, []);
    const { projects } = JSON.parse((await runCheck(configuration, ['--json'])).output);

    const line = output.split('\n').find((one) => because.test(one));
    expect(line).toMatch(
      /^ {2}ges: .*, which the exporter does not expect \([a-z-]+\); please send a recording of it: check --record FILE/,
    );
    expect(projects[0].services[0].contradictions[0].found).toMatch(because);
  });

  it('says nothing of a cloud that is as assumed', async () => {
    const { configuration } = await startOtherCloud();

    const { output } = await runCheck(configuration, []);

    expect(output).not.toContain('recording');
  });

  it('sees that offsets count pages where a list takes several', () => {
    const page = (offset: number, ids: readonly number[]): SeenResponse => ({
      operation: 'list_backups',
      path: '/v2/p/graphs/backups',
      query: { offset: String(offset), limit: '120' },
      status: 200,
      body: { backup_list: ids.map((id) => ({ id: `b-${id}` })), backup_count: 200 },
    });
    const rows = Array.from({ length: 200 }, (_, index) => index);
    const service = { ...serviceOf('ges') };
    const found = (second: readonly number[]) =>
      contradictions(service, {
        api: defaultApi(service),
        responses: [page(0, rows.slice(0, 120)), page(118, second)],
      }).map(({ assumption }) => assumption.id);

    expect(found([])).toContain('offset');
    expect(found(rows.slice(118))).not.toContain('offset');
    expect(found(rows.slice(117))).not.toContain('offset');
  });
});

it('every assumption has an id of its own within its service', () => {
  for (const service of SERVICES) {
    const ids = assumptionsOf(service).map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  }
});
