import { describe, expect, it } from 'vitest';
import { METRICS } from '../support/catalogue.ts';

const P = ['cloud_service', 'region', 'project'];
const R = [...P, 'resource_id', 'resource_name'];

/** The public interface: the names do not change. */
const PROMISED: readonly (readonly [string, string, readonly string[]])[] = [
  ['resource_info', 'gauge', [...R, 'kind', 'status', 'engine_version', 'arch', 'encrypted', 'tag_KEY']],
  ['resource_created_timestamp_seconds', 'gauge', R],
  ['rpo_seconds', 'gauge', R],
  ['due_timestamp_seconds', 'gauge', R],
  ['last_success_timestamp_seconds', 'gauge', R],
  ['last_automatic_success_timestamp_seconds', 'gauge', R],
  ['last_success_size_bytes', 'gauge', R],
  ['last_success_duration_seconds', 'gauge', R],
  ['success_size_median_bytes', 'gauge', R],
  ['success_duration_median_seconds', 'gauge', R],
  ['last_success_info', 'gauge', [...R, 'method']],
  ['last_failure_timestamp_seconds', 'gauge', R],
  ['last_status', 'gauge', [...R, 'state']],
  ['consecutive_failures', 'gauge', R],
  ['running_start_timestamp_seconds', 'gauge', R],
  ['oldest_success_timestamp_seconds', 'gauge', R],
  ['stored', 'gauge', [...R, 'state']],
  ['stored_bytes', 'gauge', R],
  ['finished_total', 'counter', [...R, 'result']],
  ['poll_success', 'gauge', P],
  ['inventory_success', 'gauge', P],
  ['poll_last_outcome', 'gauge', [...P, 'outcome']],
  ['poll_last_success_timestamp_seconds', 'gauge', P],
  ['poll_duration_seconds', 'gauge', P],
  ['polls_total', 'counter', [...P, 'outcome']],
  ['unlisted', 'gauge', P],
  ['resources_unlisted', 'gauge', P],
  ['records_rejected_total', 'counter', [...P, 'reason']],
  ['resources_over_limit', 'gauge', P],
  ['policies_unread', 'gauge', P],
  ['clock_skew_seconds', 'gauge', P],
  ['api_requests_total', 'counter', [...P, 'operation', 'code']],
  ['credentials_expiry_timestamp_seconds', 'gauge', ['region', 'project']],
  ['api_request_duration_seconds', 'histogram', ['cloud_service', 'operation']],
  ['config_last_reload_successful', 'gauge', []],
  ['config_last_reload_success_timestamp_seconds', 'gauge', []],
  ['exporter_build_info', 'gauge', ['version', 'revision', 'nodeversion']],
  ['exporter_shard_ordinal', 'gauge', ['shard_ordinal']],
  ['exporter_total_shards', 'gauge', []],
];

describe('the catalogue', () => {
  it('contains the public metrics, with their types and labels', () => {
    expect(METRICS.map(({ name, type, labels }) => [name, type, labels])).toEqual(
      PROMISED.map(([name, type, labels]) => [`huaweicloud_backup_${name}`, type, labels]),
    );
  });

  it('gives each metric a one-line help text', () => {
    for (const { name, help } of METRICS) {
      expect(help, name).toMatch(/^[A-Z][^\n]*\.$|^[A-Z][^\n]*[a-z0-9]$/);
    }
  });
});
