import { it } from 'vitest';
import {
  A,
  B,
  CARTS,
  checkCase,
  DATABASES,
  GRAPHS,
  ORDERS,
  polling,
  type RuleCase,
  resource,
  STOCK,
  USERS,
} from './rule-case.ts';

const SCRATCH = resource('g9', 'scratch');
const PEOPLE = resource('g2', 'people');
const ELSEWHERE = { ...GRAPHS, region: 'r2' };

const CASES: readonly RuleCase[] = [
  {
    name: 'Failed: fires five minutes after the failure, keeps firing while a retry runs, resolves with a successful backup',
    series: [
      ...polling(60),
      [
        A,
        ORDERS,
        {
          rpo_seconds: '86400x60',
          last_success_timestamp_seconds: '0x60',
          consecutive_failures: '0x9 1x29 0x20',
          running_start_timestamp_seconds: '_x20 1200x14 stale',
        },
      ],
    ],
    firing: { '14m': [], '15m': [['Failed', ORDERS]], '39m': [['Failed', ORDERS]], '40m': [] },
  },
  {
    name: 'a resource without an objective never has an alert',
    series: [
      ...polling(60),
      [
        A,
        SCRATCH,
        {
          consecutive_failures: '5x60',
          last_success_timestamp_seconds: '-9999999x60',
          last_automatic_success_timestamp_seconds: '-9999999x60',
          resource_created_timestamp_seconds: '-9999999x60',
          running_start_timestamp_seconds: '-9999999x60',
          last_success_size_bytes: '1x60',
          success_size_median_bytes: '1000x60',
          last_success_duration_seconds: '99999x60',
          success_duration_median_seconds: '1x60',
        },
      ],
    ],
    firing: { '60m': [] },
  },
  {
    name: 'FailingRepeatedly: fires at the third consecutive failure, not at the second',
    series: [
      ...polling(60),
      [A, ORDERS, { rpo_seconds: '86400x60', consecutive_failures: '0x4 1x4 2x19 3x19 0x10' }],
    ],
    firing: {
      '34m': [['Failed', ORDERS]],
      '35m': [
        ['Failed', ORDERS],
        ['FailingRepeatedly', ORDERS],
      ],
      '50m': [],
    },
  },
  // The backup of users is always exactly as old as its objective, which is allowed.
  {
    name: 'Stale: fires once a backup has been overdue for 15 minutes, resolves with the next one',
    series: [
      ...polling(120),
      [A, ORDERS, { rpo_seconds: '3600x120', last_success_timestamp_seconds: '0x89 5400x30' }],
      [A, USERS, { rpo_seconds: '3600x120', last_success_timestamp_seconds: '-3600+60x120' }],
    ],
    firing: { '75m': [], '76m': [['Stale', ORDERS]], '89m': [['Stale', ORDERS]], '90m': [], '120m': [] },
  },
  {
    name: 'Stale: fires during an outage of three days, with the values of the last complete poll',
    step: '15m',
    series: [
      [A, { up: '1x479' }],
      [
        A,
        GRAPHS,
        {
          poll_last_success_timestamp_seconds: 'nowx95 86400x287 nowx95',
          poll_success: '1x95 0x287 1x95',
        },
      ],
      [A, ORDERS, { rpo_seconds: '86400x479', last_success_timestamp_seconds: '79200x383 345600x95' }],
    ],
    firing: {
      '1d1h': [['PollFailing', GRAPHS]],
      '1d1h30m': [
        ['PollFailing', GRAPHS],
        ['DataStale', GRAPHS],
      ],
      '1d22h': [
        ['PollFailing', GRAPHS],
        ['DataStale', GRAPHS],
      ],
      '1d22h30m': [
        ['PollFailing', GRAPHS],
        ['DataStale', GRAPHS],
        ['Stale', ORDERS],
      ],
      '3d23h': [
        ['PollFailing', GRAPHS],
        ['DataStale', GRAPHS],
        ['Stale', ORDERS],
      ],
      '4d15m': [],
    },
  },
  // Orders is created after ten minutes, so its first backup is due in minute 70. The age of stock is unknown: it was
  // first listed in minute 0.
  {
    name: 'Missing: fires once the first backup has been overdue for 30 minutes, resolves with it',
    series: [
      ...polling(130),
      [A, ORDERS, { rpo_seconds: '3600x130', resource_created_timestamp_seconds: '600x130' }],
      [A, STOCK, { rpo_seconds: '3600x130', last_success_timestamp_seconds: '_x110 6600x20' }],
      [
        A,
        USERS,
        {
          rpo_seconds: '3600x130',
          resource_created_timestamp_seconds: '-99999x130',
          last_success_timestamp_seconds: '-60+60x130',
        },
      ],
    ],
    firing: {
      '90m': [],
      '91m': [['Missing', STOCK]],
      '101m': [
        ['Missing', ORDERS],
        ['Missing', STOCK],
      ],
      '110m': [['Missing', ORDERS]],
      '130m': [['Missing', ORDERS]],
    },
  },
  // Users has automatic backups only, carts never had any; for an overdue resource only Stale fires.
  {
    name: 'ScheduleStopped: fires if only manual backups keep a resource within its objective',
    series: [
      ...polling(120),
      [
        A,
        ORDERS,
        {
          rpo_seconds: '3600x120',
          last_success_timestamp_seconds: 'nowx120',
          last_automatic_success_timestamp_seconds: '0x99 6000x20',
        },
      ],
      [
        A,
        USERS,
        {
          rpo_seconds: '3600x120',
          last_success_timestamp_seconds: 'nowx120',
          last_automatic_success_timestamp_seconds: 'nowx120',
        },
      ],
      [A, CARTS, { rpo_seconds: '3600x120', last_success_timestamp_seconds: 'nowx120' }],
      [
        A,
        STOCK,
        {
          rpo_seconds: '3600x120',
          last_success_timestamp_seconds: '0x120',
          last_automatic_success_timestamp_seconds: '-99999x120',
        },
      ],
    ],
    firing: {
      '59m': [['ScheduleStopped', STOCK]],
      '90m': [['Stale', STOCK]],
      '91m': [
        ['ScheduleStopped', ORDERS],
        ['Stale', STOCK],
      ],
      '100m': [['Stale', STOCK]],
    },
  },
  // Users usually takes two hours, carts three: 9 h are within three times that. Stock has no median yet, and
  // has been running for exactly six hours.
  {
    name: 'Stuck: fires once a backup has run over six hours and three times the median for ten minutes, resolves with it',
    step: '15m',
    series: [
      [A, { up: '1x48' }],
      [A, GRAPHS, { poll_last_success_timestamp_seconds: 'nowx48', poll_success: '1x48' }],
      [A, ORDERS, { rpo_seconds: '864000x48', running_start_timestamp_seconds: '0x43 stale' }],
      [
        A,
        USERS,
        {
          rpo_seconds: '864000x48',
          running_start_timestamp_seconds: '0x43 stale',
          success_duration_median_seconds: '7200x48',
        },
      ],
      [
        A,
        CARTS,
        {
          rpo_seconds: '864000x48',
          running_start_timestamp_seconds: '0x43 stale',
          success_duration_median_seconds: '10800x48',
        },
      ],
      [A, STOCK, { rpo_seconds: '864000x48', running_start_timestamp_seconds: '-21600+900x48' }],
    ],
    firing: {
      '6h15m': [],
      '6h30m': [
        ['Stuck', ORDERS],
        ['Stuck', USERS],
      ],
      '9h15m': [
        ['Stuck', ORDERS],
        ['Stuck', USERS],
      ],
      '9h30m': [
        ['Stuck', ORDERS],
        ['Stuck', USERS],
        ['Stuck', CARTS],
      ],
      '11h': [],
    },
  },
  // The backup of users has ended when the poll succeeds again; replica b keeps polling databases.
  {
    name: 'Stuck: does not fire while the poll fails, as the backup may have ended since',
    series: [
      [A, { up: '1x60' }],
      [A, GRAPHS, { poll_last_success_timestamp_seconds: '0x39 nowx20', poll_success: '0x39 1x20' }],
      ...polling(60, B, DATABASES),
      [A, ORDERS, { rpo_seconds: '864000x60', running_start_timestamp_seconds: '-99999x60' }],
      [A, USERS, { rpo_seconds: '864000x60', running_start_timestamp_seconds: '-99999x39 stale' }],
    ],
    firing: { '39m': [['PollFailing', GRAPHS]], '49m': [], '50m': [['Stuck', ORDERS]] },
  },
  {
    name: 'Stuck: a restart of four minutes neither resolves the alert nor restarts its ten minutes',
    series: [
      [A, { up: '1x10 0x3 1x45' }],
      [
        A,
        GRAPHS,
        {
          poll_last_success_timestamp_seconds: 'nowx10 stale _x3 nowx45',
          poll_success: '1x10 stale _x3 1x45',
        },
      ],
      [
        A,
        ORDERS,
        {
          rpo_seconds: '864000x10 stale _x3 864000x45',
          running_start_timestamp_seconds: '-21300x10 stale _x3 -21300x45',
        },
      ],
    ],
    firing: { '15m': [], '16m': [['Stuck', ORDERS]], '50m': [['Stuck', ORDERS]] },
  },
  // Users has exactly half, stock more than half; carts has no median yet.
  {
    name: 'SizeDropped: fires once the newest backup has been under half the median for 30 minutes',
    series: [
      ...polling(90),
      [
        A,
        ORDERS,
        {
          rpo_seconds: '864000x90',
          last_success_size_bytes: '1000x9 499x59 1000x20',
          success_size_median_bytes: '1000x90',
        },
      ],
      [
        A,
        USERS,
        { rpo_seconds: '864000x90', last_success_size_bytes: '500x90', success_size_median_bytes: '1000x90' },
      ],
      [
        A,
        STOCK,
        { rpo_seconds: '864000x90', last_success_size_bytes: '600x90', success_size_median_bytes: '1000x90' },
      ],
      [A, CARTS, { rpo_seconds: '864000x90', last_success_size_bytes: '1000x9 1x80' }],
    ],
    firing: { '39m': [], '40m': [['SizeDropped', ORDERS]], '69m': [['SizeDropped', ORDERS]], '70m': [] },
  },
  // Users took exactly three times as long; stock took minutes instead of the usual seconds, which is within the margin.
  {
    name: 'Slow: fires once the newest backup has been over three times and ten minutes above the median for 30 minutes',
    series: [
      ...polling(90),
      [
        A,
        ORDERS,
        {
          rpo_seconds: '864000x90',
          last_success_duration_seconds: '1000x9 3001x59 1000x20',
          success_duration_median_seconds: '1000x90',
        },
      ],
      [
        A,
        USERS,
        {
          rpo_seconds: '864000x90',
          last_success_duration_seconds: '3000x90',
          success_duration_median_seconds: '1000x90',
        },
      ],
      [
        A,
        STOCK,
        {
          rpo_seconds: '864000x90',
          last_success_duration_seconds: '609x90',
          success_duration_median_seconds: '10x90',
        },
      ],
    ],
    firing: { '39m': [], '40m': [['Slow', ORDERS]], '69m': [['Slow', ORDERS]], '70m': [] },
  },
  {
    name: 'SizeDropped and Slow: a scrape gap of 20 minutes resolves neither, a deletion does',
    series: [
      [A, { up: '1x49 0x19 1x30' }],
      [
        A,
        GRAPHS,
        {
          poll_last_success_timestamp_seconds: 'nowx49 stale _x19 nowx29',
          poll_success: '1x49 stale _x19 1x29',
          inventory_success: '1x49 stale _x19 1x29',
        },
      ],
      [
        A,
        ORDERS,
        {
          rpo_seconds: '864000x49 stale _x19 864000x9 stale',
          last_success_size_bytes: '1x49 stale _x19 1x9 stale',
          success_size_median_bytes: '1000x49 stale _x19 1000x9 stale',
          last_success_duration_seconds: '9999x49 stale _x19 9999x9 stale',
          success_duration_median_seconds: '1000x49 stale _x19 1000x9 stale',
        },
      ],
    ],
    firing: {
      '49m': [
        ['SizeDropped', ORDERS],
        ['Slow', ORDERS],
      ],
      '60m': [
        ['SizeDropped', ORDERS],
        ['Slow', ORDERS],
        ['ExporterDown', { job: A.job }],
        ['ReplicaDown', A],
      ],
      '79m': [
        ['SizeDropped', ORDERS],
        ['Slow', ORDERS],
      ],
      '80m': [],
      '90m': [['ResourceGone', ORDERS]],
    },
  },
  // Carts is new from minute 200 on. Users is renamed in minute 100.
  {
    name: 'ResourceGone: fires ten minutes after a resource lost its objective, for three hours, but not for a rename',
    series: [
      ...polling(300),
      [A, ORDERS, { rpo_seconds: '864000x99 stale', last_success_timestamp_seconds: '0x300' }],
      [A, STOCK, { rpo_seconds: '864000x300', last_success_timestamp_seconds: '0x300' }],
      [A, USERS, { rpo_seconds: '864000x99 stale', last_success_timestamp_seconds: '0x99 stale' }],
      [A, PEOPLE, { rpo_seconds: '_x100 864000x200', last_success_timestamp_seconds: '_x100 0x200' }],
      [A, CARTS, { rpo_seconds: '_x200 864000x100', last_success_timestamp_seconds: '_x200 0x100' }],
    ],
    firing: {
      '109m': [],
      '110m': [['ResourceGone', ORDERS]],
      '278m': [['ResourceGone', ORDERS]],
      '280m': [],
    },
  },
  // As after a restart without permission for the inventory: a resource without backups is unknown, not gone.
  {
    name: 'ResourceGone: does not fire while the poll or the inventory fails, whatever other services have',
    series: [
      [A, { up: '1x150' }],
      [A, GRAPHS, { poll_last_success_timestamp_seconds: 'nowx150', poll_success: '1x99 0x50' }],
      [A, ORDERS, { rpo_seconds: '864000x99 stale', last_success_timestamp_seconds: '0x99 stale' }],
      [
        A,
        ELSEWHERE,
        {
          poll_last_success_timestamp_seconds: 'nowx150',
          poll_success: '1x150',
          inventory_success: '1x99 0x50',
        },
      ],
      [A, resource('g1', 'orders', ELSEWHERE), { rpo_seconds: '864000x99 stale' }],
      ...polling(150, A, DATABASES),
      [A, resource('g1', 'orders', DATABASES), { rpo_seconds: '864000x150' }],
    ],
    firing: {
      '114m': [],
      '150m': [
        ['PollFailing', GRAPHS],
        ['PollFailing', ELSEWHERE],
      ],
    },
  },
  {
    name: 'ResourceGone: ignores the same id in another service, region or project',
    series: [
      ...polling(130),
      ...polling(130, A, DATABASES),
      ...polling(130, A, ELSEWHERE),
      [A, ORDERS, { rpo_seconds: '864000x99 stale', last_success_timestamp_seconds: '0x99 stale' }],
      [A, resource('g1', 'orders', DATABASES), { rpo_seconds: '864000x130' }],
      [A, resource('g1', 'orders', ELSEWHERE), { rpo_seconds: '864000x130' }],
    ],
    firing: { '130m': [['ResourceGone', ORDERS]] },
  },
  {
    name: 'ResourceGone: does not fire while one replica still has the resource',
    series: [
      ...polling(140),
      ...polling(140, B),
      [A, ORDERS, { rpo_seconds: '864000x99 stale', last_success_timestamp_seconds: '0x99 stale' }],
      [B, ORDERS, { rpo_seconds: '864000x119 stale', last_success_timestamp_seconds: '0x119 stale' }],
    ],
    firing: { '129m': [], '130m': [['ResourceGone', ORDERS]] },
  },
];

it.each(CASES)('$name', checkCase);
