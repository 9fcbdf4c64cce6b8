import { describe, expect, it } from 'vitest';
import { classifyResponse } from '../../../cloud/classification.ts';
import { refusalOf } from '../../../commands/backups/wait.ts';
import type { FailureKind } from '../../../domain/outcome.ts';
import { defaultApi } from '../../index.ts';
import { ges } from '../index.ts';

const { actions, backups } = defaultApi(ges);
const UNCLEAR = { kind: 'unclear' };

describe('the response to a create request', () => {
  it.each([
    // From the vendor's documentation.
    [
      { job_id: 'ff8080815f9a3c84015f9a438ff70001' },
      { kind: 'started', jobId: 'ff8080815f9a3c84015f9a438ff70001', backupId: undefined },
    ],
    [{ job_id: 12_345 }, UNCLEAR],
    [{ backup_id: 'b' }, UNCLEAR],
    [{}, UNCLEAR],
  ])('always contains a job: %j', (body, result) => {
    expect(actions.readCreated(body, { id: 'g' })).toEqual(result);
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
    // Undocumented statuses must not be taken for finished.
    [{ status: 'SUCCESS' }, { kind: 'running' }],
    [{ status: 'paused' }, { kind: 'running' }],
    [{}, { kind: 'running' }],
    [null, { kind: 'running' }],
  ])('of %j is %j', (body, state) => {
    expect(actions.job?.read(body)).toEqual(state);
  });
});

describe('the calls', () => {
  it('escape ids in their paths', () => {
    const strange = '../../x?y#z';
    const graph = { id: strange };

    const paths = [
      actions.create(graph, 'name').path,
      actions.export?.call(graph, 'b', 'p/').path,
      actions.job?.call(graph, strange).path,
      ...backups.ofResource(graph).map(({ call }) => call.path),
    ];

    for (const path of paths) expect(path).toMatch(/^\/v2\/\{project_id\}\/graphs\/[^?#]*$/);
    expect(paths.join('')).not.toContain('/../');
  });
});

describe('an error response', () => {
  it.each<[number, string, FailureKind, boolean]>([
    [400, 'GES.0001', 'refused', false],
    [400, 'GES.7000', 'refused', false],
    [200, 'GES.7000', 'refused', false],
    [400, 'GES.7019', 'refused', false],
    [400, 'GES.7004', 'server', true],
    [408, 'GES.7005', 'server', true],
    [400, 'GES.7006', 'server', true],
    [200, 'GES.7006', 'server', true],
    [400, 'GES.7051', 'server', true],
    [400, 'GES.7041', 'permission', false],
    [200, 'GES.7041', 'permission', false],
    [500, 'GES.9999', 'server', false],
  ])('%i %s is classified as %s, transient: %s', (status, code, kind, transient) => {
    const error = { code, text: undefined, statedStatus: undefined };

    expect(classifyResponse('list_backups', status, error, ges.errors)).toEqual({ kind, transient });
  });
});

describe('the text for a refusal', () => {
  it.each(['GES.7000', 'GES.7001', 'GES.7002', 'GES.7019', 'GES.7024'])('is known for %s', (code) => {
    expect(refusalOf(ges, code)).toMatch(/^[a-z][^.]*$/);
  });

  it.each(['GES.0001', 'GES.7005', 'toString', undefined])('is unknown for %s', (code) => {
    expect(refusalOf(ges, code)).toBeUndefined();
  });
});
