import { it } from 'vitest';
import {
  A,
  B,
  CARTS,
  checkCase,
  DATABASES,
  type ExpectedAlert,
  GRAPHS,
  IN_JOB,
  ORDERS,
  type RuleCase,
  resource,
  STOCK,
  USERS,
} from './rule-case.ts';

const FIRING: readonly ExpectedAlert[] = [
  ['Failed', ORDERS],
  ['FailingRepeatedly', ORDERS],
  ['Stale', USERS],
  ['Missing', CARTS],
];

const CASES: readonly RuleCase[] = [
  // Stock and young are always fine. The gaps are from minute 60 to 79 and from minute 120 to 159. Another replica always polls other services.
  {
    name: 'a scrape gap of 20 minutes resolves no alert; one of 40 leaves only ExporterDown',
    series: [
      [A, { up: '1x59 0x19 1x39 0x39 1x40' }],
      [A, GRAPHS, { poll_last_success_timestamp_seconds: 'nowx59 stale _x19 nowx39 stale _x39 nowx40' }],
      [B, DATABASES, { poll_last_success_timestamp_seconds: 'nowx200' }],
      [B, { ...GRAPHS, region: 'r2' }, { poll_last_success_timestamp_seconds: 'nowx200' }],
      [B, { ...GRAPHS, project: 'test' }, { poll_last_success_timestamp_seconds: 'nowx200' }],
      [B, { up: '1x200' }],
      [
        A,
        ORDERS,
        {
          rpo_seconds: '86400x59 stale _x19 86400x39 stale _x39 86400x40',
          last_success_timestamp_seconds: '0x59 stale _x19 0x39 stale _x39 0x40',
          consecutive_failures: '3x59 stale _x19 3x39 stale _x39 3x40',
        },
      ],
      [
        A,
        USERS,
        {
          rpo_seconds: '3600x59 stale _x19 3600x39 stale _x39 3600x40',
          last_success_timestamp_seconds: '-99999x59 stale _x19 -99999x39 stale _x39 -99999x40',
          consecutive_failures: '0x59 stale _x19 0x39 stale _x39 0x40',
        },
      ],
      [
        A,
        CARTS,
        {
          rpo_seconds: '3600x59 stale _x19 3600x39 stale _x39 3600x40',
          resource_created_timestamp_seconds: '-99999x59 stale _x19 -99999x39 stale _x39 -99999x40',
        },
      ],
      [
        A,
        STOCK,
        {
          rpo_seconds: '86400x59 stale _x19 86400x39 stale _x39 86400x40',
          last_success_timestamp_seconds: '0x59 stale _x19 0x39 stale _x39 0x40',
        },
      ],
      [
        A,
        resource('g5', 'young'),
        {
          rpo_seconds: '86400x59 stale _x19 86400x39 stale _x39 86400x40',
          resource_created_timestamp_seconds: '0x59 stale _x19 0x39 stale _x39 0x40',
        },
      ],
    ],
    firing: {
      '59m': [...FIRING],
      '60m': [...FIRING],
      '66m': [...FIRING],
      '79m': [...FIRING, ['ExporterDown', IN_JOB], ['ReplicaDown', A]],
      '80m': [...FIRING],
      '99m': [...FIRING],
      '149m': [...FIRING, ['ExporterDown', IN_JOB], ['ReplicaDown', A]],
      '151m': [
        ['ExporterDown', IN_JOB],
        ['ReplicaDown', A],
      ],
      '164m': [],
      '165m': [
        ['Failed', ORDERS],
        ['FailingRepeatedly', ORDERS],
      ],
      '175m': [
        ['Failed', ORDERS],
        ['FailingRepeatedly', ORDERS],
        ['Stale', USERS],
      ],
      '190m': [...FIRING],
    },
    pending: {
      '67m': [
        ['ExporterDown', IN_JOB],
        ['ReplicaDown', A],
      ],
    },
  },
  // The scrape of minute 60 fails; the process is back a minute later with counters at 0, and completes its first poll in minute 63.
  {
    name: 'a restart resolves no alert and raises none',
    series: [
      [A, { up: '1x59 0 1x39' }],
      [
        A,
        GRAPHS,
        {
          poll_last_success_timestamp_seconds: 'nowx59 stale _x2 nowx37',
          poll_success: '1x59 stale _x2 1x37',
          inventory_success: '1x59 stale _x2 1x37',
          'polls_total{outcome="success"}': '500+1x59 stale 0x1 1+1x37',
          'polls_total{outcome="auth"}': '7x59 stale 0x39',
          'records_rejected_total{reason="time"}': '7x59 stale 0x39',
        },
      ],
      [
        A,
        ORDERS,
        {
          rpo_seconds: '86400x59 stale _x2 86400x37',
          last_success_timestamp_seconds: '0x59 stale _x2 0x37',
          consecutive_failures: '3x59 stale _x2 3x37',
        },
      ],
      [
        A,
        USERS,
        {
          rpo_seconds: '3600x59 stale _x2 3600x37',
          last_success_timestamp_seconds: '-99999x59 stale _x2 -99999x37',
          consecutive_failures: '0x59 stale _x2 0x37',
        },
      ],
      [
        A,
        CARTS,
        {
          rpo_seconds: '3600x59 stale _x2 3600x37',
          resource_created_timestamp_seconds: '-99999x59 stale _x2 -99999x37',
        },
      ],
      [
        A,
        STOCK,
        {
          rpo_seconds: '86400x59 stale _x2 86400x37',
          last_success_timestamp_seconds: '0x59 stale _x2 0x37',
          consecutive_failures: '0x59 stale _x2 0x37',
        },
      ],
    ],
    firing: {
      '59m': [...FIRING],
      '60m': [...FIRING],
      '61m': [...FIRING],
      '62m': [...FIRING],
      '63m': [...FIRING],
      '80m': [...FIRING],
      '100m': [...FIRING],
    },
  },
  // Polls fail from minute 61 on. After the restart of minute 200 nothing is known until a poll is complete, so no resource series is
  // exported. Resources are remembered for half an hour: from then on only DataStale reports that they are not monitored.
  {
    name: 'a restart during an outage: resources are remembered for 30 minutes, DataStale has no gap',
    series: [
      [A, { up: '1x199 0 1x119' }],
      [
        A,
        GRAPHS,
        {
          poll_last_success_timestamp_seconds: '3600x199 stale',
          poll_success: '1x60 0x138 stale _x2 0x117',
          'polls_total{outcome="success"}': '13x60 13x138 stale 0x119',
          'polls_total{outcome="server"}': '0x60 1+0.2x138 stale 0x1 1+0.2x117',
        },
      ],
      [
        A,
        ORDERS,
        {
          rpo_seconds: '86400x199 stale',
          last_success_timestamp_seconds: '0x199 stale',
          consecutive_failures: '3x199 stale',
        },
      ],
    ],
    firing: {
      '60m': [
        ['Failed', ORDERS],
        ['FailingRepeatedly', ORDERS],
      ],
      '76m': [
        ['Failed', ORDERS],
        ['FailingRepeatedly', ORDERS],
        ['PollFailing', GRAPHS],
      ],
      '125m': [
        ['Failed', ORDERS],
        ['FailingRepeatedly', ORDERS],
        ['PollFailing', GRAPHS],
      ],
      '131m': [
        ['Failed', ORDERS],
        ['FailingRepeatedly', ORDERS],
        ['PollFailing', GRAPHS],
        ['DataStale', GRAPHS],
      ],
      '199m': [
        ['Failed', ORDERS],
        ['FailingRepeatedly', ORDERS],
        ['PollFailing', GRAPHS],
        ['DataStale', GRAPHS],
      ],
      '200m': [
        ['Failed', ORDERS],
        ['FailingRepeatedly', ORDERS],
        ['PollFailing', GRAPHS],
        ['DataStale', GRAPHS],
      ],
      '203m': [
        ['Failed', ORDERS],
        ['FailingRepeatedly', ORDERS],
        ['PollFailing', GRAPHS],
        ['DataStale', GRAPHS],
      ],
      '229m': [
        ['Failed', ORDERS],
        ['FailingRepeatedly', ORDERS],
        ['PollFailing', GRAPHS],
        ['DataStale', GRAPHS],
      ],
      '230m': [
        ['PollFailing', GRAPHS],
        ['DataStale', GRAPHS],
      ],
      '262m': [
        ['PollFailing', GRAPHS],
        ['DataStale', GRAPHS],
      ],
      '289m': [
        ['PollFailing', GRAPHS],
        ['DataStale', GRAPHS],
      ],
      '291m': [
        ['PollFailing', GRAPHS],
        ['DataStale', GRAPHS],
      ],
      '320m': [
        ['PollFailing', GRAPHS],
        ['DataStale', GRAPHS],
      ],
    },
  },
  // The polls of a fail: it serves its data of minute 0. The data of b is used, whether better or worse.
  {
    name: 'two replicas with different data: one alert each, from the replica that polled last',
    series: [
      [A, { up: '1x120' }],
      [B, { up: '1x120' }],
      [A, GRAPHS, { poll_last_success_timestamp_seconds: '0x120', poll_success: '0x120' }],
      [B, GRAPHS, { poll_last_success_timestamp_seconds: 'nowx120', poll_success: '1x120' }],
      [A, ORDERS, { rpo_seconds: '86400x120', consecutive_failures: '3x120' }],
      [B, ORDERS, { rpo_seconds: '86400x120', consecutive_failures: '3x19 0x100' }],
      [A, USERS, { rpo_seconds: '86400x120', consecutive_failures: '0x120' }],
      [B, USERS, { rpo_seconds: '86400x120', consecutive_failures: '0x29 3x90' }],
      [A, STOCK, { rpo_seconds: '3600x120', last_success_timestamp_seconds: '-3700x120' }],
      [B, STOCK, { rpo_seconds: '7200x120', last_success_timestamp_seconds: '-3700x120' }],
      [A, CARTS, { rpo_seconds: '3600x120', last_success_timestamp_seconds: '-99999x120' }],
      [B, CARTS, { rpo_seconds: '3600x120', last_success_timestamp_seconds: '-99999x49 nowx70' }],
    ],
    firing: {
      '15m': [
        ['Failed', ORDERS],
        ['FailingRepeatedly', ORDERS],
        ['PollFailing', GRAPHS],
        ['Stale', CARTS],
      ],
      '21m': [
        ['PollFailing', GRAPHS],
        ['Stale', CARTS],
      ],
      '49m': [
        ['Failed', USERS],
        ['FailingRepeatedly', USERS],
        ['PollFailing', GRAPHS],
        ['Stale', CARTS],
      ],
      '50m': [
        ['Failed', USERS],
        ['FailingRepeatedly', USERS],
        ['PollFailing', GRAPHS],
      ],
      '74m': [
        ['Failed', USERS],
        ['FailingRepeatedly', USERS],
        ['PollFailing', GRAPHS],
        ['Stale', STOCK],
        ['ReplicaDown', A],
      ],
    },
  },
  // The new pod expects no backups of stock: its alert resolves once the old pod is forgotten.
  {
    name: 'a moved pod: no alert resolves, none fires twice',
    series: [
      [A, { up: '1x59 stale' }],
      [B, { up: '_x61 1x59' }],
      [
        A,
        GRAPHS,
        {
          poll_last_success_timestamp_seconds: 'nowx59 stale',
          poll_success: '1x59 stale',
          'polls_total{outcome="success"}': '9x59 stale',
        },
      ],
      [
        B,
        GRAPHS,
        {
          poll_last_success_timestamp_seconds: '_x62 nowx58',
          poll_success: '_x62 1x58',
          'polls_total{outcome="success"}': '_x61 1x59',
        },
      ],
      [
        A,
        ORDERS,
        {
          rpo_seconds: '86400x59 stale',
          last_success_timestamp_seconds: '0x59 stale',
          consecutive_failures: '3x59 stale',
        },
      ],
      [
        B,
        ORDERS,
        {
          rpo_seconds: '_x62 86400x58',
          last_success_timestamp_seconds: '_x62 0x58',
          consecutive_failures: '_x62 3x58',
        },
      ],
      [A, USERS, { rpo_seconds: '3600x59 stale', last_success_timestamp_seconds: '-99999x59 stale' }],
      [B, USERS, { rpo_seconds: '_x62 3600x58', last_success_timestamp_seconds: '_x62 -99999x58' }],
      [A, CARTS, { rpo_seconds: '3600x59 stale', resource_created_timestamp_seconds: '-99999x59 stale' }],
      [B, CARTS, { rpo_seconds: '_x62 3600x58', resource_created_timestamp_seconds: '_x62 -99999x58' }],
      [A, STOCK, { rpo_seconds: '3600x59 stale', last_success_timestamp_seconds: '-99999x59 stale' }],
    ],
    firing: {
      '59m': [...FIRING, ['Stale', STOCK]],
      '60m': [...FIRING, ['Stale', STOCK]],
      '61m': [...FIRING, ['Stale', STOCK]],
      '62m': [...FIRING, ['Stale', STOCK]],
      '89m': [...FIRING, ['Stale', STOCK]],
      '90m': [...FIRING],
      '100m': [...FIRING, ['ResourceGone', STOCK]],
      '120m': [...FIRING, ['ResourceGone', STOCK]],
    },
  },
  {
    name: 'a deleted graph: its alerts resolve with the next scrape, though its backups remain',
    series: [
      [A, { up: '1x100' }],
      [
        A,
        GRAPHS,
        { poll_last_success_timestamp_seconds: 'nowx100', poll_success: '1x100', inventory_success: '1x100' },
      ],
      [
        A,
        ORDERS,
        {
          rpo_seconds: '86400x79 stale',
          last_success_timestamp_seconds: '0x100',
          consecutive_failures: '3x100',
          running_start_timestamp_seconds: '-99999x100',
        },
      ],
      [A, USERS, { rpo_seconds: '3600x79 stale', last_success_timestamp_seconds: '-99999x100' }],
      [A, CARTS, { rpo_seconds: '3600x79 stale', resource_created_timestamp_seconds: '-99999x79 stale' }],
    ],
    firing: {
      '79m': [...FIRING, ['Stuck', ORDERS]],
      '80m': [],
      '89m': [],
      '90m': [
        ['ResourceGone', ORDERS],
        ['ResourceGone', USERS],
        ['ResourceGone', CARTS],
      ],
    },
  },
  // The backup of users would have been too old from minute 61 on; a successful one has the new name in minute 62.
  {
    name: 'a renamed graph: the alert moves to the new name',
    series: [
      [A, { up: '1x130' }],
      [
        A,
        GRAPHS,
        { poll_last_success_timestamp_seconds: 'nowx130', poll_success: '1x130', inventory_success: '1x130' },
      ],
      [
        A,
        ORDERS,
        {
          rpo_seconds: '86400x59 stale',
          last_success_timestamp_seconds: '0x59 stale',
          consecutive_failures: '3x59 stale',
        },
      ],
      [
        A,
        resource('g1', 'sales'),
        {
          rpo_seconds: '_x60 86400x70',
          last_success_timestamp_seconds: '_x60 0x70',
          consecutive_failures: '_x60 3x70',
        },
      ],
      [A, USERS, { rpo_seconds: '3600x59 stale', last_success_timestamp_seconds: '0x59 stale' }],
      [
        A,
        resource('g2', 'people'),
        { rpo_seconds: '_x60 3600x70', last_success_timestamp_seconds: '_x60 0x1 3720x68' },
      ],
    ],
    firing: {
      '59m': [
        ['Failed', ORDERS],
        ['FailingRepeatedly', ORDERS],
      ],
      '60m': [],
      '64m': [],
      '65m': [
        ['Failed', resource('g1', 'sales')],
        ['FailingRepeatedly', resource('g1', 'sales')],
      ],
      '85m': [
        ['Failed', resource('g1', 'sales')],
        ['FailingRepeatedly', resource('g1', 'sales')],
      ],
      '130m': [
        ['Failed', resource('g1', 'sales')],
        ['FailingRepeatedly', resource('g1', 'sales')],
      ],
    },
  },
  {
    name: 'an inventory that may not be listed: nothing is lost, and only PollFailing fires',
    series: [
      [A, { up: '1x180' }],
      [
        A,
        GRAPHS,
        {
          poll_last_success_timestamp_seconds: 'nowx180',
          poll_success: '1x180',
          inventory_success: '1x29 0x150',
          'polls_total{outcome="success"}': '1+0.2x180',
          'polls_total{outcome="permission"}': '0x180',
        },
      ],
      [
        A,
        ORDERS,
        { rpo_seconds: '864000x180', consecutive_failures: '0x180', last_success_timestamp_seconds: '0x180' },
      ],
      [
        A,
        USERS,
        { rpo_seconds: '864000x180', consecutive_failures: '0x180', last_success_timestamp_seconds: '0x180' },
      ],
    ],
    firing: {
      '44m': [],
      '45m': [['PollFailing', GRAPHS]],
      '100m': [['PollFailing', GRAPHS]],
      '180m': [['PollFailing', GRAPHS]],
    },
  },
];

it.each(CASES)('$name', checkCase);
