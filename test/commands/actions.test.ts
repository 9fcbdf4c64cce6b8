import { describe, expect, it } from 'vitest';
import { SERVICE_TYPES } from '../../src/domain/service.ts';
import { actionsOf, readJobState, readStartedJob, refusalOf } from '../../src/sources/actions.ts';

describe('the answer to a change', () => {
  it.each([
    // As on the vendor's pages.
    [{ job_id: 'ff8080815f9a3c84015f9a438ff70001' }, 'ff8080815f9a3c84015f9a438ff70001', undefined],
    [{ job_id: 'j', backup_id: 'b' }, 'j', 'b'],
    [{ job_id: 'j', backup: { id: 'b', status: 'BUILDING' } }, 'j', 'b'],
    [{ backup: { id: 'b' } }, undefined, 'b'],
    [{}, undefined, undefined],
    [{ job_id: '', backup: null }, undefined, undefined],
    [{ job_id: { id: 'j' }, backup: [] }, undefined, undefined],
    ['text', undefined, undefined],
    [undefined, undefined, undefined],
  ])('names in %j the job %s and the backup %s', (body, jobId, backupId) => {
    expect(readStartedJob(body)).toEqual({ jobId, backupId });
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
    expect(readJobState(body)).toEqual(state);
  });
});

describe('the calls that change something', () => {
  it.each(SERVICE_TYPES)('of %s are POST, with the project left open', (service) => {
    const actions = actionsOf(service);
    const calls = [
      actions.create('r', 'name'),
      ...(actions.export === undefined ? [] : [actions.export('r', 'b', 'p/')]),
    ];

    for (const { method, path } of calls) {
      expect(method).toBe('POST');
      expect(path).toMatch(/^\/v\d\/\{project_id\}\//);
    }
  });

  it('cannot be led elsewhere by an id', () => {
    const { create, export: exportTo, job, backupsOf } = actionsOf('ges');
    const strange = '../../x?y#z';

    const paths = [
      create(strange, 'name').path,
      exportTo?.(strange, 'b', 'p/').path,
      job?.(strange, strange).path,
      backupsOf(strange).list.path,
    ];

    for (const path of paths) expect(path).toMatch(/^\/v2\/\{project_id\}\/graphs\/[^?#]*$/);
    expect(paths.join('')).not.toContain('/../');
  });

  it('give an instance a name that its service takes', () => {
    expect(actionsOf('gaussdb-mysql').create('i', 'backup-exporter-20260701T100000Z').body).toEqual({
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
      expect(refusalOf(code)).toMatch(/^[a-z][^.]*$/);
    },
  );

  it.each(['GES.0001', 'GES.7005', 'toString', undefined])('are not made up for %s', (code) => {
    expect(refusalOf(code)).toBeUndefined();
  });
});
