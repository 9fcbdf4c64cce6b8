import { expect, it } from 'vitest';
import { serviceConfig } from '../../../../test/support/config.ts';
import { CloudFailure } from '../../../cloud/failure.ts';
import { unixSeconds } from '../../../domain/quantities.ts';
import { readService } from '../../../poll/read-service.ts';
import { cbr } from '../index.ts';

const SUCCESS = {
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
const RESPONSES: Readonly<Record<string, unknown>> = {
  list_backups: { backups: [SUCCESS], count: 1 },
  list_vaults: { vaults: [{ id: 'v1', resources: [{ id: 's1', name: 'web' }] }], count: 1 },
  list_operation_logs: { operation_logs: [FAILED_RUN], count: 1 },
};

it('failed runs without a backup are kept while they cannot be read', async () => {
  let areReadable = true;
  const client = {
    call: async ({ operation }: { readonly operation: string }) => {
      if (operation !== 'list_operation_logs' || areReadable) return RESPONSES[operation];
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
  const { signal } = new AbortController();
  const first = await readService(reader, undefined, signal);

  areReadable = false;
  const second = await readService(reader, first.next, signal);
  const third = await readService(reader, second.next, signal);

  for (const { next } of [first, second, third]) {
    expect(next?.resources.get('s1')?.facts).toMatchObject({ consecutiveFailures: 1, lastState: 'failed' });
  }
});
