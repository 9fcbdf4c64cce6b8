import { describe, expect, it } from 'vitest';
import { readDatabaseStarted } from '../../src/services/database.ts';
import { defaultApi, SERVICE_TYPES, serviceOf } from '../../src/services/index.ts';

const actionsOf = (type: string) => defaultApi(serviceOf(type)).actions;
const started = (jobId: string | undefined, backupId: string | undefined) => ({
  kind: 'started',
  jobId,
  backupId,
});
const UNCLEAR = { kind: 'unclear' };

describe('the response to a create request', () => {
  it.each([
    [{ job_id: 'j', backup_id: 'b' }, started('j', 'b')],
    [{ job_id: 'j', backup: { id: 'b', status: 'BUILDING' } }, started('j', 'b')],
    [{ backup: { id: 'b' } }, started(undefined, 'b')],
    [{}, UNCLEAR],
    [{ job_id: '', backup: null }, UNCLEAR],
    [{ job_id: { id: 'j' }, backup: [] }, UNCLEAR],
    [{ message: 'please log in', success: false }, UNCLEAR],
    ['text', UNCLEAR],
    [undefined, UNCLEAR],
  ])('of a database service is parsed: %j', (body, result) => {
    expect(readDatabaseStarted(body)).toEqual(result);
  });
});

describe('the calls that change resources', () => {
  it.each(SERVICE_TYPES)('of %s are POST requests with a placeholder for the project', (service) => {
    const actions = actionsOf(service);
    const calls = [
      actions.create({ id: 'r', parentId: 'p' }, 'name'),
      ...(actions.export === undefined ? [] : [actions.export.call({ id: 'r' }, 'b', 'p/')]),
    ];

    for (const { method, path } of calls) {
      expect(method).toBe('POST');
      expect(path).toMatch(/^\/v\d(\.\d)?\/\{project_id\}\//);
    }
  });

  it.each(SERVICE_TYPES)('of %s escape ids in their paths', (service) => {
    const { create, export: exporting, job } = actionsOf(service);
    const { backups } = defaultApi(serviceOf(service));
    const strange = '../../x?y#z';
    const resource = { id: strange, parentId: strange };

    const paths = [
      create(resource, 'name').path,
      exporting?.call(resource, strange, 'p/').path ?? '/v1/',
      job?.call(resource, strange).path ?? '/v1/',
      ...backups.ofResource(resource).map(({ call }) => call.path),
    ];

    for (const path of paths) expect(path).toMatch(/^\/v\d[^?#]*$/);
    expect(paths.join('')).not.toContain('/../');
  });
});
