import { describe, expect, it } from 'vitest';
import { createWaitingWorld } from '../../../../test/commands/waiting-world.ts';
import { ges } from '../index.ts';

const PROGRAM = 'huaweicloud-backup-exporter';

describe('backups export --wait', () => {
  const exported = (id: string, ...flags: readonly string[]) => [
    ...[
      'backups',
      'export',
      '--resource',
      id,
      '--backup',
      'latest',
      '--to',
      'my-bucket/2026/',
      '--yes',
      '--wait',
    ],
    ...flags,
  ];

  it('exits with 0 when the job has succeeded, whatever its earlier statuses', async () => {
    const { cloud, firstOf, run } = await createWaitingWorld([ges]);
    const { id } = await firstOf(ges);

    const { code, output } = await run(exported(id));

    expect(code).toBe(0);
    expect(output).toMatch(
      /^Started the export of backup \S+ of .* to my-bucket\/2026\/: job \w+\nThe export of .* succeeded\n$/,
    );
    expect(cloud.requests.filter(({ operation }) => operation === 'get_job').length).toBeGreaterThan(2);
  });

  it("exits with 1 and the service's reason when the job fails", async () => {
    const { cloud, firstOf, run } = await createWaitingWorld([ges]);
    const { id } = await firstOf(ges);
    cloud.failNextExport(id);

    const { code, errors } = await run(exported(id));

    expect(code).toBe(1);
    expect(errors).toMatch(
      /huaweicloud-backup-exporter: the export of .* failed: The bucket cannot be written to\.\n$/,
    );
  });

  it.each(['paused', undefined])('keeps waiting for a job with status %s', async (status) => {
    const { cloud, firstOf, run } = await createWaitingWorld([ges]);
    const { id } = await firstOf(ges);
    cloud.inject({
      match: { operation: 'get_job' },
      times: 3,
      fault: { kind: 'wrong-shape', body: { status } },
    });

    const { code } = await run(exported(id));

    expect(code).toBe(0);
  });

  it('says how to continue without permission to read jobs', async () => {
    const { cloud, firstOf, run } = await createWaitingWorld([ges]);
    const { id } = await firstOf(ges);
    cloud.deny('ges:jobs:getDetail');

    const { code, errors } = await run(exported(id));

    expect(code).toBe(1);
    expect(errors).toMatch(
      /grant ges:jobs:getDetail to the user or agency; the export of .* may still be running; wait for it with .* --job \w+ /,
    );
  });
});

describe('backups wait', () => {
  it('fails for an unknown job', async () => {
    const { firstOf, run } = await createWaitingWorld([ges]);
    const { id } = await firstOf(ges);

    const { code, errors } = await run(['backups', 'wait', '--resource', id, '--job', 'nobody']);

    expect(code).toBe(1);
    expect(errors).toMatch(
      new RegExp(`\\n${PROGRAM}: job nobody of \\S+ \\(${id}\\): there is no such job \\(GES\\.7007\\)\\n$`),
    );
  });
});
