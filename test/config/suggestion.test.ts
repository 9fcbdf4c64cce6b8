import { expect, it } from 'vitest';
import { nearest } from '../../src/config/suggestion.ts';

const KNOWN = [
  'interval',
  'timeout',
  'request_timeout',
  'project_id',
  'project_name',
  'api_version',
  'type',
  'poll_interval',
  'backup_a',
  'backup_b',
  'password',
  'password_file',
  'type',
];

it.each([
  ['intervall', 'interval'],
  ['intreval', 'interval'],
  ['Timeout', 'timeout'],
  ['requestTimeout', 'request_timeout'],
  ['request-timeout', 'request_timeout'],
  ['projectId', 'project_id'],
  ['projcet_nmae', 'project_name'],
  ['apiversion', 'api_version'],
  ['tpye', 'type'],
  ['tip', undefined],
  ['poll', 'poll_interval'],
  ['pass', 'password'],
  ['proj', undefined],
  ['backup_x', undefined],
  ['resources', undefined],
  ['', undefined],
  ['x'.repeat(100_000), undefined],
])('the suggestion for %.40s is %s', (word, expected) => {
  expect(nearest(word, KNOWN)).toBe(expected);
});
