import { readFile, writeFile } from 'node:fs/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { describeAccount } from '../../../../test/recording/account-contract.ts';
import { newFile, record, runCheck } from '../../../../test/recording/check.ts';
import { checkReplay, expectSame, verdictsIn } from '../../../../test/recording/check-replay.ts';
import { type Difference, startOtherCloud } from '../../../../test/recording/other-cloud.ts';
import { disprovedIn, verdictsOn } from '../../../../test/recording/verdicts.ts';
import { parseRecording } from '../../../recording/recording.ts';
import { startReplay } from '../../../recording/replay.ts';
import { OTHER_GES } from './other-account.ts';

describeAccount(OTHER_GES, { service: 'ges', backups: 21, resources: 3, no_objective: 1 });

interface DifferentCloud {
  readonly what: string;
  readonly difference: Difference;
  readonly disproved: readonly string[];
  readonly because: RegExp;
}

const DIFFERENT: readonly DifferentCloud[] = [
  {
    what: 'offsets are page numbers',
    difference: { offsetIsPage: true },
    disproved: ['offset'],
    because: /`offset` of list_backups is the number of a page/,
  },
  {
    what: 'a status is undocumented',
    difference: { status: 'partial_success' },
    disproved: ['status'],
    because: /a backup has the status "partial_success"/,
  },
  {
    what: 'times have another format',
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
    what: 'a page has fewer rows than requested',
    difference: { largestLimit: 5 },
    disproved: ['limit'],
    because: /list_backups returns 5 of 21 rows for limit=120/,
  },
  {
    what: 'an offset past the end is refused',
    difference: { pastTheEnd: 400 },
    disproved: ['end'],
    because: /list_backups returns 400 for an offset past the end/,
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

describe('a recording of GES', () => {
  it('that matches the assumptions disproves none of them, and proves those that its responses can prove', async () => {
    const verdicts = await verdictsOn(OTHER_GES);

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
      expect(verdicts).toMatchObject({ [id]: 'consistent' });
  });

  it.each(DIFFERENT)(
    'in which $what disproves the assumption',
    async ({ difference, disproved, because }) => {
      const verdicts = await verdictsOn(OTHER_GES, difference);

      expect(disprovedIn(verdicts)).toEqual(disproved);
      expect(verdicts[disproved[0] ?? '']).toMatch(because);
    },
  );

  it('keeps statuses, sizes, durations, totals and versions', async () => {
    const { configuration } = await startOtherCloud(OTHER_GES);

    const { responses } = parseRecording((await record(configuration)).text);

    const backups = responses.find(({ operation }) => operation === 'list_backups');
    expect(backups?.body).toMatchObject({
      backup_count: 21,
      backup_list: expect.arrayContaining([
        expect.objectContaining({ status: 'failed', size: 102, duration: 120, data_store_version: '2.4.2' }),
      ]),
    });
  });

  it('keeps an override for a resource name, and its effect on the results of check', async () => {
    const { configuration } = await startOtherCloud(OTHER_GES);
    const { path } = await record(configuration);
    const changed = parseRecording(await readFile(path, 'utf8'));
    const without = { ...changed, settings: { ...changed.settings, rpo: { default: '26h', overrides: [] } } };
    const other = await newFile();
    await writeFile(other, JSON.stringify(without));

    const [kept] = verdictsIn((await checkReplay(path)).output);
    const [dropped] = verdictsIn((await checkReplay(other)).output);

    expect(kept?.objectives).toHaveLength(0);
    expect(dropped?.objectives).toHaveLength(1);
  });

  it('serves a page that was never requested from the rows of others', async () => {
    const recording = parseRecording((await record((await startOtherCloud(OTHER_GES)).configuration)).text);
    const replay = await startReplay(recording, 0);
    onTestFinished(replay.stop);
    const { projects } = replay.configuration as { projects: { services: { endpoint: string }[] }[] };
    const list = `${projects[0]?.services[0]?.endpoint}/v2/${'0'.repeat(32)}/graphs/backups`;

    const [page, all] = await Promise.all(
      ['?offset=3&limit=4', '?offset=0&limit=120'].map(
        async (query) =>
          (await fetch(list + query)).json() as Promise<{ readonly backup_list: readonly unknown[] }>,
      ),
    );

    expect(page).toEqual({ backup_count: 21, backup_list: all?.backup_list.slice(3, 7) });
  });

  it('is replayed with the same times, even if they cannot be parsed', async () => {
    const { configuration } = await startOtherCloud(OTHER_GES, { timeForm: (time) => time.toUTCString() });
    const { path, ...original } = await record(configuration, ['--json']);

    expectSame((await checkReplay(path)).output, original.output);
  });
});

describe('check', () => {
  const reported = DIFFERENT.filter(({ disproved: [id] }) =>
    ['status', 'rows', 'utc', 'duration', 'size', 'limit'].includes(id ?? ''),
  );

  it.each(reported)('reports that $what, and asks for a recording', async ({ difference, because }) => {
    const { configuration } = await startOtherCloud(OTHER_GES, difference);

    const { output } = await runCheck(configuration, []);
    const { projects } = JSON.parse((await runCheck(configuration, ['--json'])).output);

    const line = output.split('\n').find((one) => because.test(one));
    expect(line).toMatch(
      /^ {2}ges: .*, which the exporter does not expect \([a-z-]+\); record it with check --record FILE, and send the recording: https:\/\/\S+\/docs\/evidence\.md/,
    );
    expect(projects[0].services[0].contradictions[0].found).toMatch(because);
  });
});
