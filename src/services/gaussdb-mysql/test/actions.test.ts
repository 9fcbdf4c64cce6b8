import { describe, expect, it } from 'vitest';
import { classifyResponse } from '../../../cloud/classification.ts';
import { refusalOf } from '../../../commands/backups/wait.ts';
import { defaultApi } from '../../index.ts';
import { gaussdbMysql } from '../index.ts';

describe('the calls that change resources', () => {
  it('give a backup a name that the service accepts', () => {
    const { create } = defaultApi(gaussdbMysql).actions;

    expect(create({ id: 'i' }, 'backup-exporter-20260701T100000Z').body).toEqual({
      instance_id: 'i',
      name: 'backup-exporter-20260701T100000Z',
      description: expect.stringMatching(/^[^!<"=>&'\r\n]{1,256}$/),
    });
  });
});

it('the code DBS.200010 means a missing permission', () => {
  const error = { code: 'DBS.200010', text: undefined, statedStatus: undefined };

  expect(classifyResponse('list_backups', 403, error, gaussdbMysql.errors).kind).toBe('permission');
});

describe('the text for a refusal', () => {
  it.each(['DBS.200002', 'DBS.201205'])('is known for %s', (code) => {
    expect(refusalOf(gaussdbMysql, code)).toMatch(/^[a-z][^.]*$/);
  });
});
