import { expect, it } from 'vitest';
import { classifyResponse } from '../../src/cloud/classification.ts';
import type { FailureKind } from '../../src/domain/outcome.ts';
import { databaseErrors } from '../../src/services/database.ts';

it.each<[number, string, FailureKind, boolean]>([
  [400, 'DBS.200001', 'refused', false],
  [400, 'DBS.280439', 'refused', false],
  [403, 'DBS.280056', 'auth', false],
  [403, 'DBS.280015', 'permission', false],
  [400, 'DBS.200044', 'permission', false],
  [404, 'DBS.200002', 'refused', false],
  [409, 'DBS.201205', 'refused', false],
  [500, 'DBS.200022', 'server', true],
])('%i %s of a database service is classified as %s, transient: %s', (status, code, kind, transient) => {
  const error = { code, text: undefined, statedStatus: undefined };

  expect(classifyResponse('list_backups', status, error, databaseErrors({}))).toEqual({ kind, transient });
});
