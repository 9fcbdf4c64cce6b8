import { describe, expect, it } from 'vitest';
import { describeAccount } from '../../../../test/recording/account-contract.ts';
import { record } from '../../../../test/recording/check.ts';
import { startOtherCloud } from '../../../../test/recording/other-cloud.ts';
import { disprovedIn, verdictsOn } from '../../../../test/recording/verdicts.ts';
import { parseRecording } from '../../../recording/recording.ts';
import { OTHER_RDS } from './other-account.ts';

describeAccount(OTHER_RDS, { service: 'rds', backups: 4, resources: 1, excluded: 1 });

describe('a recording of RDS', () => {
  it("keeps the code of an error and the vendor's words in its message", async () => {
    const { configuration } = await startOtherCloud(OTHER_RDS);

    const { responses } = parseRecording((await record(configuration)).text);

    expect(responses.find(({ probe }) => probe === 'unknown id')).toMatchObject({
      status: 404,
      body: {
        error_code: 'DBS.280110',
        error_msg: expect.stringMatching(/^The instance .* does not exist\.$/),
      },
    });
  });

  it('replaces an id in paths and queries with the same id as in the lists', async () => {
    const { configuration } = await startOtherCloud(OTHER_RDS);

    const { responses } = parseRecording((await record(configuration)).text);

    const instances = responses.find(({ operation }) => operation === 'list_instances');
    const ids = ((instances?.body ?? { instances: [] }) as { instances: { id: string }[] }).instances.map(
      ({ id }) => id,
    );
    const requests = responses.filter(
      ({ service, operation }) => service === 'rds' && operation === 'list_backups',
    );
    expect(requests.length).toBeGreaterThan(2);
    for (const { query } of requests) expect(ids).toContain(query['instance_id']);
    const policy = responses.find(({ probe }) => probe === 'policy');
    expect(policy?.path).toBe(`/v3/{project_id}/instances/${ids[0]}/backups/policy`);
  });

  it('proves the assumptions about policies and the lists of each resource', async () => {
    const verdicts = await verdictsOn(OTHER_RDS);

    expect(disprovedIn(verdicts)).toEqual([]);
    expect(verdicts).toMatchObject({
      offset: 'consistent',
      policy: 'consistent',
      'unknown-id': 'consistent',
    });
  });
});
