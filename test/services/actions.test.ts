import { describe, expect, it } from 'vitest';
import { refusalOf } from '../../src/commands/backups/refusal.ts';
import { readDatabaseStarted } from '../../src/services/database.ts';
import { defaultApi, SERVICE_TYPES, serviceOf } from '../../src/services/index.ts';

const actionsOf = (type: string) => defaultApi(serviceOf(type)).actions;
const started = (jobId: string | undefined, backupId: string | undefined) => ({
  kind: 'started',
  jobId,
  backupId,
});
const UNCLEAR = { kind: 'unclear' };

describe('the response to a create', () => {
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
  ])('of a database service is read from %j', (body, result) => {
    expect(readDatabaseStarted(body)).toEqual(result);
  });

  it.each([
    // As on the vendor's pages.
    [{ job_id: 'ff8080815f9a3c84015f9a438ff70001' }, started('ff8080815f9a3c84015f9a438ff70001', undefined)],
    [{ job_id: 12_345 }, UNCLEAR],
    [{ backup_id: 'b' }, UNCLEAR],
    [{}, UNCLEAR],
  ])('of GES is read from %j: it always names a job', (body, result) => {
    expect(actionsOf('ges').readCreated(body, { id: 'g' })).toEqual(result);
  });
});

describe('the state of a job', () => {
  it.each([
    [{ status: 'pending' }, { kind: 'running' }],
    [{ status: 'running' }, { kind: 'running' }],
    [{ status: 'success' }, { kind: 'succeeded' }],
    [
      { status: 'failed', fail_reason: 'No space.' },
      { kind: 'failed', reason: 'No space.' },
    ],
    [
      { status: 'failed', fail_reason: '' },
      { kind: 'failed', reason: undefined },
    ],
    [{ status: 'failed' }, { kind: 'failed', reason: undefined }],
    // What is not documented must not look finished.
    [{ status: 'SUCCESS' }, { kind: 'running' }],
    [{ status: 'paused' }, { kind: 'running' }],
    [{}, { kind: 'running' }],
    [null, { kind: 'running' }],
  ])('of %j is %j', (body, state) => {
    expect(actionsOf('ges').job?.read(body)).toEqual(state);
  });
});

describe('the calls that change something', () => {
  it.each(SERVICE_TYPES)('of %s are POST, with the project left open', (service) => {
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

  it('cannot be led elsewhere by an id', () => {
    const { create, export: exporting, job } = actionsOf('ges');
    const { backups } = defaultApi(serviceOf('ges'));
    const strange = '../../x?y#z';
    const graph = { id: strange };

    const paths = [
      create(graph, 'name').path,
      exporting?.call(graph, 'b', 'p/').path,
      job?.call(graph, strange).path,
      ...backups.ofResource(graph).map(({ call }) => call.path),
    ];

    for (const path of paths) expect(path).toMatch(/^\/v2\/\{project_id\}\/graphs\/[^?#]*$/);
    expect(paths.join('')).not.toContain('/../');
  });

  it('give an instance a name that its service takes', () => {
    expect(actionsOf('gaussdb-mysql').create({ id: 'i' }, 'backup-exporter-20260701T100000Z').body).toEqual({
      instance_id: 'i',
      name: 'backup-exporter-20260701T100000Z',
      description: expect.stringMatching(/^[^!<"=>&'\r\n]{1,256}$/),
    });
  });
});

describe('the words for a refusal', () => {
  it.each(['GES.7000', 'GES.7001', 'GES.7002', 'GES.7019', 'GES.7024', 'DBS.200002', 'DBS.201205'])(
    'are known for %s',
    (code) => {
      expect(refusalOf(code.startsWith('GES') ? 'ges' : 'gaussdb-mysql', code)).toMatch(/^[a-z][^.]*$/);
    },
  );

  it.each(['GES.0001', 'GES.7005', 'toString', undefined])('are not made up for %s', (code) => {
    expect(refusalOf('ges', code)).toBeUndefined();
  });
});
