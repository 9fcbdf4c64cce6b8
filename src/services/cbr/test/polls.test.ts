import { expect, it } from 'vitest';
import { serviceConfig } from '../../../../test/support/config.ts';
import { CloudFailure } from '../../../cloud/failure.ts';
import { unixSeconds } from '../../../domain/quantities.ts';
import { readService } from '../../../poll/read-service.ts';
import type { ServiceState } from '../../../state/service-state.ts';
import { cbr } from '../index.ts';

const BACKUP = {
  id: 'b1',
  resource_id: 's1',
  status: 'available',
  created_at: '2026-07-01T00:00:00.0',
  updated_at: '2026-07-01T00:10:00.0',
};
const FAILED_RUN = {
  id: 'run-1',
  status: 'failed',
  started_at: '2026-07-02T00:00:00.0',
  ended_at: '2026-07-02T00:01:00.0',
  extra_info: { resource: { id: 's1', name: 'web' } },
};
const NOT_READABLE = undefined;

interface Poll {
  readonly backup?: Readonly<Record<string, string>>;
  readonly failedRuns?: readonly unknown[] | typeof NOT_READABLE;
}

/** The facts about the server after each poll. */
async function pollAll(...polls: readonly Poll[]) {
  const facts = [];
  let state: ServiceState | undefined;
  for (const { backup = {}, ...poll } of polls) {
    const responses: Readonly<Record<string, unknown>> = {
      list_backups: { backups: [{ ...BACKUP, ...backup }], count: 1 },
      list_vaults: { vaults: [{ id: 'v1', resources: [{ id: 's1', name: 'web' }] }], count: 1 },
      list_operation_logs:
        'failedRuns' in poll
          ? poll.failedRuns && { operation_logs: poll.failedRuns }
          : { operation_logs: [] },
    };
    const client = {
      call: async ({ operation }: { readonly operation: string }) => {
        if (responses[operation] !== undefined) return responses[operation];
        throw new CloudFailure('it is unavailable', { kind: 'server', operation });
      },
      projectId: () => 'p1',
      passwordExpiresAt: () => undefined,
      reload: () => undefined,
      close: async () => undefined,
    };
    const config = { limits: { resources: 10 } };
    const clock = () => unixSeconds(1_783_000_000);
    const reader = { client, service: serviceConfig(cbr), ahead: 3, config, clock };
    const { next } = await readService(reader, state, new AbortController().signal);
    state = next;
    facts.push(next?.resources.get('s1')?.facts);
  }
  return facts;
}

it('failed runs without a backup are kept while they cannot be read', async () => {
  const facts = await pollAll(
    { failedRuns: [FAILED_RUN] },
    { failedRuns: NOT_READABLE },
    { failedRuns: NOT_READABLE },
    { failedRuns: [] },
  );

  expect(facts.map((one) => one?.consecutiveFailures)).toEqual([1, 1, 1, 0]);
  expect(facts.map((one) => one?.lastState)).toEqual(['failed', 'failed', 'failed', 'succeeded']);
});

it('a backup does not look newer after it was restored or edited', async () => {
  const facts = await pollAll(
    {},
    { backup: { status: 'restoring' } },
    { backup: { updated_at: '2026-07-01T23:00:00.0' } },
    { backup: { updated_at: '2026-07-09T23:00:00.0' } },
  );

  const end = Date.parse('2026-07-01T00:10:00Z') / 1000;
  expect(facts.map((one) => one?.lastSuccess)).toEqual(
    facts.map(() => ({ end, duration: 600, size: undefined, method: undefined })),
  );
});
