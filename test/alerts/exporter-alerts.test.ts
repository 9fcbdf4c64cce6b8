import { it } from 'vitest';
import { A, B, checkCase, DATABASES, GRAPHS, IN_JOB, ORDERS, polling, type RuleCase } from './rule-case.ts';

const PROJECT = { region: 'r1', project: 'prod' };
const SUCCESSES = 'polls_total{outcome="success"}';
const OUTSIDE = { job: 'staging', instance: 'c:10045' };

const CASES: readonly RuleCase[] = [
  {
    name: 'ExporterDown: fires after ten minutes without a scrape of the only exporter, resolves when it is back',
    series: [
      [A, { up: '1x9 0x24 1x30' }],
      [A, GRAPHS, { poll_last_success_timestamp_seconds: 'nowx9 stale _x24 nowx30' }],
    ],
    firing: {
      '19m': [],
      '20m': [
        ['ExporterDown', IN_JOB],
        ['ReplicaDown', A],
      ],
      '34m': [
        ['ExporterDown', IN_JOB],
        ['ReplicaDown', A],
      ],
      '35m': [],
    },
  },
  {
    name: 'ExporterDown: fires if there has never been an exporter, or no longer is',
    series: [
      [A, { up: '_x30 1x30 stale' }],
      [
        { job: 'node', instance: 'n:9100' },
        { up: '1x90', exporter_build_info: '_' },
      ],
    ],
    firing: { '10m': [['ExporterDown']], '29m': [['ExporterDown']], '31m': [], '60m': [] },
  },
  {
    name: 'ExporterDown: fires if the target is gone, whatever the name and other targets of the job',
    series: [
      [{ job: 'pods', instance: '10.0.0.7:10045' }, { up: '1x29 stale' }],
      [
        { job: 'pods', instance: '10.0.0.7:10045' },
        GRAPHS,
        { poll_last_success_timestamp_seconds: 'nowx29 stale' },
      ],
      [
        { job: 'pods', instance: 'o:80' },
        { up: '1x60', exporter_build_info: '_' },
      ],
    ],
    firing: { '39m': [], '40m': [['ExporterDown', { job: 'pods' }]] },
  },
  // There is no gap when the memory of a day ends.
  {
    name: 'ExporterDown: keeps firing for days',
    step: '15m',
    series: [
      [A, { up: '1x3 0x200' }],
      [A, GRAPHS, { poll_last_success_timestamp_seconds: 'nowx3 stale' }],
    ],
    firing: {
      '23h': [
        ['ExporterDown', IN_JOB],
        ['ReplicaDown', A],
      ],
      '24h15m': [['ExporterDown', IN_JOB], ['ExporterDown'], ['ReplicaDown', A]],
      '48h': [['ExporterDown'], ['ReplicaDown', A]],
    },
  },
  {
    name: 'ExporterDown: does not fire for a restart of nine minutes, a renamed job or a moved target',
    series: [
      [A, { up: '1x9 0x8 1x80' }],
      [A, DATABASES, { poll_last_success_timestamp_seconds: 'nowx9 stale _x8 nowx80' }],
      [B, { up: '1x49 stale' }],
      [B, GRAPHS, { poll_last_success_timestamp_seconds: 'nowx49 stale' }],
      [OUTSIDE, { up: '_x51 1x47' }],
      [OUTSIDE, GRAPHS, { poll_last_success_timestamp_seconds: '_x51 nowx47' }],
    ],
    firing: { '18m': [], '70m': [], '98m': [] },
  },
  // Each polls a service of its own.
  {
    name: 'ExporterDown: fires if one of several exporters is down and no other polls its service',
    series: [
      ...polling(60),
      [B, { up: '1x9 0x50' }],
      [B, DATABASES, { poll_last_success_timestamp_seconds: 'nowx9 stale' }],
    ],
    firing: {
      '20m': [
        ['ExporterDown', IN_JOB],
        ['ReplicaDown', B],
      ],
    },
  },
  {
    name: 'ServiceGone: fires ten minutes after a service is removed from the configuration, for a day',
    step: '15m',
    series: [
      [A, { up: '1x120' }],
      [A, GRAPHS, { poll_last_success_timestamp_seconds: 'nowx120', poll_success: '1x120' }],
      [
        A,
        DATABASES,
        {
          poll_last_success_timestamp_seconds: 'nowx7 stale',
          poll_success: '1x7 stale',
          [SUCCESSES]: '1x7 stale',
        },
      ],
    ],
    firing: {
      '2h': [],
      '2h15m': [['ServiceGone', DATABASES]],
      '25h30m': [['ServiceGone', DATABASES]],
      '26h': [],
    },
  },
  {
    name: 'PollFailing: fires after 15 minutes, and keeps firing while the reason changes',
    series: [
      [A, { up: '1x60' }],
      [
        A,
        GRAPHS,
        {
          poll_last_success_timestamp_seconds: 'nowx60',
          poll_success: '1x4 0x14 1x40',
          inventory_success: '1x19 0x9 1x30',
          unlisted: '0x29 7x9 0x20',
          policies_unread: '0x39 2x9 0x10',
        },
      ],
      ...polling(60, A, DATABASES),
    ],
    firing: { '19m': [], '20m': [['PollFailing', GRAPHS]], '49m': [['PollFailing', GRAPHS]], '50m': [] },
  },
  {
    name: 'PollFailing: fires if one of two replicas fails; a restart of four minutes does not resolve it',
    series: [
      ...polling(60, B),
      [A, { up: '1x29 0x3 1x26' }],
      [
        A,
        GRAPHS,
        {
          poll_last_success_timestamp_seconds: '0x29 stale _x3',
          poll_success: '0x29 stale _x3 0x26',
        },
      ],
    ],
    firing: {
      '14m': [],
      '15m': [['PollFailing', GRAPHS]],
      '33m': [['PollFailing', GRAPHS]],
      '60m': [['PollFailing', GRAPHS]],
    },
  },
  // The other service is always exactly one hour old, which is allowed.
  {
    name: 'DataStale: fires once the last complete poll has been over an hour old for ten minutes',
    series: [
      [A, { up: '1x100' }],
      [A, GRAPHS, { poll_last_success_timestamp_seconds: '600x89 5400x10', poll_success: '1x100' }],
      [A, DATABASES, { poll_last_success_timestamp_seconds: '-3600+60x100' }],
    ],
    firing: { '80m': [], '81m': [['DataStale', GRAPHS]], '89m': [['DataStale', GRAPHS]], '90m': [] },
  },
  {
    name: 'DataStale: is not resolved by a restart without a complete poll since',
    series: [
      [A, { up: '1x99 0 1x49' }],
      [A, GRAPHS, { poll_last_success_timestamp_seconds: '0x99 stale', poll_success: '1x99 stale' }],
    ],
    firing: { '100m': [['DataStale', GRAPHS]], '150m': [['DataStale', GRAPHS]] },
  },
  {
    name: 'DataStale: does not fire for an exporter that is back after hours and polls at once',
    series: [
      [A, { up: '1x9 0x119 1x29' }],
      [A, GRAPHS, { poll_last_success_timestamp_seconds: 'nowx9 stale _x121 nowx27' }],
    ],
    firing: {
      '129m': [
        ['ExporterDown', IN_JOB],
        ['ReplicaDown', A],
      ],
      '131m': [],
      '150m': [],
    },
  },
  {
    name: 'NeverPolled: fires an hour after an exporter started polling, until the first complete poll',
    series: [
      [A, { up: '1x120' }],
      [A, GRAPHS, { [SUCCESSES]: '0x99 1x20', poll_last_success_timestamp_seconds: '_x100 nowx20' }],
      ...polling(120, A, DATABASES),
    ],
    firing: { '59m': [], '60m': [['NeverPolled', GRAPHS]], '99m': [['NeverPolled', GRAPHS]], '100m': [] },
  },
  {
    name: 'AuthFailing: fires for rejected credentials and for a missing permission, resolves with another outcome',
    series: [
      [A, { up: '1x60' }],
      [
        A,
        GRAPHS,
        {
          poll_last_success_timestamp_seconds: 'nowx60',
          poll_success: '1x9 0x50',
          'poll_last_outcome{outcome="auth"}': '0x9 1x19 0x30',
          'poll_last_outcome{outcome="timeout"}': '0x29 1x30',
        },
      ],
      [
        A,
        DATABASES,
        {
          poll_last_success_timestamp_seconds: 'nowx60',
          poll_success: '1x9 0x29 1x20',
          'poll_last_outcome{outcome="permission"}': '0x9 1x29 0x20',
        },
      ],
    ],
    firing: {
      '14m': [],
      '15m': [
        ['AuthFailing', GRAPHS],
        ['AuthFailing', DATABASES],
      ],
      '31m': [
        ['PollFailing', GRAPHS],
        ['PollFailing', DATABASES],
        ['AuthFailing', DATABASES],
      ],
      '41m': [['PollFailing', GRAPHS]],
    },
  },
  {
    name: 'CredentialsExpiring: fires an hour after less than seven days are left, even once the password has expired',
    series: [
      [A, { up: '1x90' }],
      [A, PROJECT, { credentials_expiry_timestamp_seconds: '605400x90' }],
      [A, { ...PROJECT, project: 'test' }, { credentials_expiry_timestamp_seconds: '-60x90' }],
      [A, { ...PROJECT, project: 'next' }, { credentials_expiry_timestamp_seconds: '9999999x90' }],
    ],
    firing: {
      '59m': [],
      '69m': [['CredentialsExpiring', { ...PROJECT, project: 'test' }]],
      '71m': [
        ['CredentialsExpiring', { ...PROJECT, project: 'test' }],
        ['CredentialsExpiring', PROJECT],
      ],
    },
  },
  {
    name: 'ResourcesOverLimit: fires 15 minutes after resources were left out',
    series: [...polling(60), [A, GRAPHS, { resources_over_limit: '0x9 500x29 0x20' }]],
    firing: {
      '24m': [],
      '25m': [['ResourcesOverLimit', GRAPHS]],
      '39m': [['ResourcesOverLimit', GRAPHS]],
      '40m': [],
    },
  },
  {
    name: 'RecordsRejected: fires if rows were rejected within the last hour, resolves an hour after the last',
    series: [
      ...polling(110),
      [
        A,
        GRAPHS,
        {
          'records_rejected_total{reason="time"}': '3x9 3+1x9 13x90',
          'records_rejected_total{reason="id"}': '3x110',
        },
      ],
    ],
    firing: {
      '24m': [],
      '26m': [['RecordsRejected', GRAPHS, { reason: 'time' }]],
      '78m': [['RecordsRejected', GRAPHS, { reason: 'time' }]],
      '81m': [],
    },
  },
  {
    name: 'ConfigReloadFailing: fires five minutes after a failed reload, resolves with a successful one',
    series: [...polling(60), [A, { config_last_reload_successful: '1x9 0x9 stale _x3 0x16 1x20' }]],
    firing: {
      '14m': [],
      '15m': [['ConfigReloadFailing', A]],
      '39m': [['ConfigReloadFailing', A]],
      '41m': [],
    },
  },
  {
    name: 'ClockSkew: fires once the clock has been five minutes off for ten minutes, in either direction',
    series: [
      ...polling(60),
      ...polling(60, B),
      [A, GRAPHS, { clock_skew_seconds: '300x9 301x29 0x20' }],
      [B, GRAPHS, { clock_skew_seconds: '-900x60' }],
    ],
    firing: {
      '19m': [['ClockSkew', B]],
      '20m': [
        ['ClockSkew', A],
        ['ClockSkew', B],
      ],
      '45m': [['ClockSkew', B]],
    },
  },
  {
    name: 'LabelsRenamed: fires if labels of the target override labels of the exporter',
    series: [
      [A, { up: '1x20' }],
      [A, { exported_region: 'r1' }, { ...GRAPHS, region: 'eu' }, { [SUCCESSES]: '1x20' }],
      [A, { ...GRAPHS, region: 'eu' }, { poll_last_success_timestamp_seconds: 'nowx20' }],
    ],
    firing: { '9m': [], '10m': [['LabelsRenamed', IN_JOB]] },
  },
  {
    name: 'ShardingMismatch and ShardsMissing: fire after 15 minutes of different shard counts, or of a missing shard',
    series: [
      [A, { up: '1x80', exporter_shard_ordinal: '0x80', exporter_total_shards: '2x80' }],
      [
        B,
        {
          up: '1x80',
          exporter_shard_ordinal: '1x80',
          exporter_total_shards: '2x9 3x29 2x40',
        },
      ],
      [OUTSIDE, { up: '1x80', exporter_shard_ordinal: '0x80', exporter_total_shards: '3x80' }],
      [
        { ...OUTSIDE, instance: 'd:10045' },
        { up: '1x80', exporter_shard_ordinal: '1x80', exporter_total_shards: '3x80' },
      ],
    ],
    firing: {
      '15m': [['ShardsMissing', { job: 'staging' }]],
      '25m': [
        ['ShardsMissing', { job: 'staging' }],
        ['ShardsMissing', IN_JOB],
        ['ShardingMismatch', IN_JOB],
      ],
      '45m': [['ShardsMissing', { job: 'staging' }]],
    },
  },
  {
    name: 'extra labels are kept in alerts and distinguish clusters',
    extraLabels: ['cluster'],
    series: [
      [A, { cluster: 'east' }, { up: '1x60' }],
      [A, { cluster: 'east' }, ORDERS, { rpo_seconds: '86400x60', consecutive_failures: '3x60' }],
      [A, { cluster: 'west' }, { up: '1x9 0x50' }],
      [A, { cluster: 'west' }, ORDERS, { rpo_seconds: '86400x9 stale', consecutive_failures: '0x9 stale' }],
    ],
    firing: {
      '20m': [
        ['Failed', ORDERS, { cluster: 'east' }],
        ['FailingRepeatedly', ORDERS, { cluster: 'east' }],
        ['ExporterDown', IN_JOB, { cluster: 'west' }],
        ['ReplicaDown', A, { cluster: 'west' }],
      ],
    },
  },
];

it.each(CASES)('$name', checkCase);
