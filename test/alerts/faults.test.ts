import { it } from 'vitest';
import {
  A,
  B,
  checkCase,
  DATABASES,
  GRAPHS,
  IN_JOB,
  ORDERS,
  polling,
  type RuleCase,
  resource,
  USERS,
} from './rule-case.ts';

const SUCCESSES = 'polls_total{outcome="success"}';
const AUTH_FAILURES = 'poll_last_outcome{outcome="auth"}';

/** Samples of an exporter that restarts repeatedly: `up` minutes up, then `down` minutes down. */
const crashLoop = (rounds: number, up: number, down: number, value = '0') =>
  Array.from({ length: rounds }, () => `${value}x${up - 1} stale${down > 1 ? ` _x${down - 1}` : ''}`).join(
    ' ',
  );

/** Faults of an exporter, and the alerts that must fire. */
const CASES: readonly RuleCase[] = [
  {
    name: 'a pair of replicas, one of which is frozen: a failure resolves when the other sees a successful backup',
    series: [
      ...polling(280, B),
      [A, { up: '1x280' }],
      [A, GRAPHS, { poll_last_success_timestamp_seconds: 'nowx9 540x270', poll_success: '1x9 0x270' }],
      [A, ORDERS, { rpo_seconds: '86400x280', consecutive_failures: '3x280' }],
      [
        B,
        ORDERS,
        {
          rpo_seconds: '86400x280',
          consecutive_failures: '3x39 0x240',
          last_success_timestamp_seconds: '-3600x39 2400x240',
        },
      ],
    ],
    firing: {
      '24m': [
        ['Failed', ORDERS],
        ['FailingRepeatedly', ORDERS],
      ],
      '41m': [['PollFailing', GRAPHS]],
      '280m': [
        ['PollFailing', GRAPHS],
        ['ReplicaDown', A],
      ],
    },
  },
  {
    name: 'a pair of replicas, one of which is frozen: the other sees the size drop',
    series: [
      ...polling(80, B),
      [A, { up: '1x80' }],
      [A, GRAPHS, { poll_last_success_timestamp_seconds: 'nowx9 540x70', poll_success: '1x80' }],
      [
        A,
        ORDERS,
        { rpo_seconds: '86400x80', last_success_size_bytes: '1000x80', success_size_median_bytes: '1000x80' },
      ],
      [
        B,
        ORDERS,
        {
          rpo_seconds: '86400x80',
          last_success_size_bytes: '1000x19 100x60',
          success_size_median_bytes: '1000x80',
        },
      ],
    ],
    firing: { '49m': [], '51m': [['SizeDropped', ORDERS]], '69m': [['SizeDropped', ORDERS]] },
  },
  {
    name: 'a project is removed from the configuration: its alerts resolve, and ServiceGone fires',
    series: [
      [A, { up: '1x120' }],
      [
        A,
        GRAPHS,
        {
          poll_last_success_timestamp_seconds: 'nowx29 stale',
          poll_success: '1x29 stale',
          [SUCCESSES]: '0x29 stale',
        },
      ],
      [A, ORDERS, { rpo_seconds: '86400x29 stale', consecutive_failures: '3x29 stale' }],
      ...polling(120, A, DATABASES),
    ],
    firing: {
      '29m': [
        ['Failed', ORDERS],
        ['FailingRepeatedly', ORDERS],
      ],
      '40m': [
        ['Failed', ORDERS],
        ['FailingRepeatedly', ORDERS],
        ['ServiceGone', GRAPHS],
      ],
      '61m': [['ServiceGone', GRAPHS]],
      '120m': [['ServiceGone', GRAPHS]],
    },
  },
  {
    name: 'a project is added to a process ten days old and its first poll fails: only PollFailing for an hour',
    series: [
      ...polling(120, A, DATABASES),
      [A, GRAPHS, { poll_success: '_x31 0x89', [SUCCESSES]: '_x30 0x90' }],
    ],
    firing: {
      '40m': [],
      '46m': [['PollFailing', GRAPHS]],
      '89m': [['PollFailing', GRAPHS]],
      '90m': [
        ['PollFailing', GRAPHS],
        ['NeverPolled', GRAPHS],
      ],
    },
  },
  {
    name: 'a crash loop every 20 minutes, without a complete poll: DataStale fires and keeps firing',
    series: [
      [A, { up: `1x59 ${crashLoop(17, 19, 1, '1').replaceAll('stale', '0')}` }],
      [
        A,
        GRAPHS,
        {
          poll_last_success_timestamp_seconds: 'nowx59 stale',
          poll_success: '1x59 stale',
          [SUCCESSES]: `9x59 ${crashLoop(17, 19, 1)}`,
        },
      ],
      [A, ORDERS, { rpo_seconds: '86400x59 stale', consecutive_failures: '3x59 stale' }],
    ],
    firing: {
      '80m': [
        ['Failed', ORDERS],
        ['FailingRepeatedly', ORDERS],
      ],
      '128m': [],
      '130m': [['DataStale', GRAPHS]],
      '149m': [['DataStale', GRAPHS]],
      '151m': [['DataStale', GRAPHS]],
      '300m': [['DataStale', GRAPHS]],
      '399m': [['DataStale', GRAPHS]],
    },
  },
  {
    name: 'a crash loop with back-off, up for one scrape in five: DataStale fires and keeps firing',
    series: [
      [A, { up: `1x59 ${Array.from({ length: 68 }, () => '1 0x3').join(' ')}` }],
      [
        A,
        GRAPHS,
        {
          poll_last_success_timestamp_seconds: 'nowx59 stale',
          [SUCCESSES]: `9x59 ${Array.from({ length: 68 }, () => '0 stale _x3').join(' ')}`,
        },
      ],
    ],
    firing: {
      '130m': [['DataStale', GRAPHS]],
      '152m': [['DataStale', GRAPHS]],
      '398m': [['DataStale', GRAPHS]],
    },
  },
  {
    name: 'a crash loop from the first start: NeverPolled fires and keeps firing',
    series: [
      [A, { up: crashLoop(15, 19, 1, '1').replaceAll('stale', '0') }],
      [A, GRAPHS, { [SUCCESSES]: crashLoop(15, 19, 1) }],
    ],
    firing: { '59m': [], '61m': [['NeverPolled', GRAPHS]], '290m': [['NeverPolled', GRAPHS]] },
  },
  {
    name: 'one of two replicas hangs: only a warning',
    series: [
      ...polling(120, B),
      [A, { up: '1x120' }],
      [A, GRAPHS, { poll_last_success_timestamp_seconds: 'nowx9 540x110', poll_success: '1x120' }],
    ],
    firing: { '75m': [], '80m': [['ReplicaDown', A]], '120m': [['ReplicaDown', A]] },
  },
  {
    name: 'one of two replicas is down: only a warning',
    series: [
      ...polling(90, B),
      [A, { up: '1x9 0x80' }],
      [A, GRAPHS, { poll_last_success_timestamp_seconds: 'nowx9 stale', poll_success: '1x9 stale' }],
    ],
    firing: { '19m': [], '20m': [['ReplicaDown', A]], '90m': [['ReplicaDown', A]] },
  },
  {
    name: 'polls 30 minutes apart that are all rejected: AuthFailing does not flap',
    series: [
      [A, { up: '1x130' }],
      [
        A,
        GRAPHS,
        {
          poll_last_success_timestamp_seconds: '0x130',
          poll_success: '1x29 0x100',
          [AUTH_FAILURES]: '0x29 1x100',
        },
      ],
    ],
    firing: {
      '35m': [['AuthFailing', GRAPHS]],
      '46m': [
        ['AuthFailing', GRAPHS],
        ['PollFailing', GRAPHS],
      ],
      '65m': [
        ['AuthFailing', GRAPHS],
        ['PollFailing', GRAPHS],
      ],
      '76m': [
        ['AuthFailing', GRAPHS],
        ['PollFailing', GRAPHS],
        ['DataStale', GRAPHS],
      ],
    },
  },
  {
    name: 'scrapes five minutes apart: alerts fire and do not flap, even after a lost scrape',
    series: [
      [A, { up: '1 _x4 1 _x4 1 _x4 0 _x4 1 _x4 1 _x4 1 _x4 1 _x4 1 _x4 1' }],
      [
        A,
        GRAPHS,
        {
          poll_last_success_timestamp_seconds:
            'now _x4 now _x4 now _x4 stale _x4 now _x4 now _x4 now _x4 now _x4 now _x4 now',
          poll_success: '0 _x4 0 _x4 0 _x4 stale _x4 0 _x4 0 _x4 0 _x4 0 _x4 0 _x4 0',
        },
      ],
      [
        A,
        ORDERS,
        {
          rpo_seconds:
            '86400 _x4 86400 _x4 86400 _x4 stale _x4 86400 _x4 86400 _x4 86400 _x4 86400 _x4 86400 _x4 86400',
          consecutive_failures: '3 _x4 3 _x4 3 _x4 stale _x4 3 _x4 3 _x4 3 _x4 3 _x4 3 _x4 3',
        },
      ],
    ],
    firing: {
      '9m': [
        ['Failed', ORDERS],
        ['FailingRepeatedly', ORDERS],
      ],
      '18m': [
        ['Failed', ORDERS],
        ['FailingRepeatedly', ORDERS],
      ],
      '40m': [
        ['Failed', ORDERS],
        ['FailingRepeatedly', ORDERS],
        ['PollFailing', GRAPHS],
      ],
    },
  },
  {
    name: 'the clock of the exporter is 65 minutes behind: ClockSkew, but not DataStale',
    series: [
      [A, { up: '1x60' }],
      [
        A,
        GRAPHS,
        {
          poll_last_success_timestamp_seconds: '-3900+60x60',
          poll_success: '1x60',
          clock_skew_seconds: '-3900x60',
        },
      ],
    ],
    firing: { '30m': [['ClockSkew', A]], '60m': [['ClockSkew', A]] },
  },
  {
    name: 'the clock of the exporter is two hours ahead and polls hang: DataStale does not fire two hours late',
    series: [
      [A, { up: '1x100' }],
      [
        A,
        GRAPHS,
        {
          poll_last_success_timestamp_seconds: '7200+60x9 7740x90',
          poll_success: '1x100',
          clock_skew_seconds: '7200x100',
        },
      ],
    ],
    firing: {
      '75m': [['ClockSkew', A]],
      '81m': [
        ['ClockSkew', A],
        ['DataStale', GRAPHS],
      ],
    },
  },
  {
    name: 'two exporters of two accounts with the same project name: unreliable scrapes of one lose no alert',
    series: [
      ...polling(150, B),
      [B, USERS, { rpo_seconds: '86400x150', consecutive_failures: '0x150' }],
      [A, { up: `1x29 ${Array.from({ length: 30 }, () => '0x2 1').join(' ')}` }],
      [
        A,
        GRAPHS,
        {
          poll_last_success_timestamp_seconds: `nowx29 ${Array.from({ length: 30 }, () => 'stale _x2 now').join(' ')}`,
          poll_success: `1x29 ${Array.from({ length: 30 }, () => 'stale _x2 1').join(' ')}`,
        },
      ],
      [
        A,
        ORDERS,
        {
          rpo_seconds: `86400x29 ${Array.from({ length: 30 }, () => 'stale _x2 86400').join(' ')}`,
          consecutive_failures: `3x29 ${Array.from({ length: 30 }, () => 'stale _x2 3').join(' ')}`,
        },
      ],
    ],
    firing: {
      '29m': [
        ['Failed', ORDERS],
        ['FailingRepeatedly', ORDERS],
      ],
      '31m': [
        ['Failed', ORDERS],
        ['FailingRepeatedly', ORDERS],
      ],
      '150m': [
        ['Failed', ORDERS],
        ['FailingRepeatedly', ORDERS],
      ],
    },
  },
  {
    name: 'two exporters of two accounts with the same project name: one being down loses no resource',
    series: [
      ...polling(120, B),
      [B, USERS, { rpo_seconds: '86400x120', consecutive_failures: '0x120' }],
      [A, { up: '1x29 0x90' }],
      [A, GRAPHS, { poll_last_success_timestamp_seconds: 'nowx29 stale', poll_success: '1x29 stale' }],
      [A, ORDERS, { rpo_seconds: '86400x29 stale', consecutive_failures: '3x29 stale' }],
    ],
    firing: {
      '31m': [
        ['Failed', ORDERS],
        ['FailingRepeatedly', ORDERS],
      ],
      '50m': [
        ['Failed', ORDERS],
        ['FailingRepeatedly', ORDERS],
        ['ReplicaDown', A],
      ],
      '120m': [['ReplicaDown', A]],
    },
  },
  {
    name: 'a resource is deleted and recreated with the same name: the new one has its own alerts',
    series: [
      ...polling(90),
      [A, ORDERS, { rpo_seconds: '86400x29 stale', consecutive_failures: '3x29 stale' }],
      [A, resource('g8', 'orders'), { rpo_seconds: '_x30 86400x60', consecutive_failures: '_x30 1x60' }],
    ],
    firing: {
      '29m': [
        ['Failed', ORDERS],
        ['FailingRepeatedly', ORDERS],
      ],
      '30m': [],
      '40m': [
        ['Failed', resource('g8', 'orders')],
        ['ResourceGone', ORDERS],
      ],
    },
  },
  {
    name: 'only the metrics of this exporter are federated: alerts for an exporter down or never polled still fire',
    series: [
      [A, { exporter_build_info: '1x29 stale' }],
      [A, GRAPHS, { poll_last_success_timestamp_seconds: 'nowx29 stale', [SUCCESSES]: '0x29 stale' }],
      [B, { exporter_build_info: '1x89 stale' }],
      [{ job: 'other', instance: 'o:10045' }, { exporter_build_info: '1x120' }],
      [{ job: 'other', instance: 'o:10045' }, DATABASES, { [SUCCESSES]: '0x120' }],
    ],
    firing: {
      '61m': [
        ['ServiceGone', GRAPHS],
        ['NeverPolled', DATABASES],
      ],
      '100m': [
        ['ExporterDown', IN_JOB],
        ['NeverPolled', DATABASES],
      ],
    },
  },
  {
    name: 'the series of two Prometheus replicas in one place: one alert each',
    series: ['p1', 'p2'].flatMap((prometheus_replica): RuleCase['series'] => [
      [A, { prometheus_replica }, { up: '1x90' }],
      [
        A,
        { prometheus_replica },
        GRAPHS,
        { poll_last_success_timestamp_seconds: 'nowx90', poll_success: '0x90', inventory_success: '1x90' },
      ],
      [
        A,
        { prometheus_replica },
        ORDERS,
        { rpo_seconds: '3600x90', consecutive_failures: '3x90', last_success_timestamp_seconds: '-99999x90' },
      ],
    ]),
    firing: {
      '60m': [
        ['Failed', ORDERS],
        ['FailingRepeatedly', ORDERS],
        ['Stale', ORDERS],
        ['PollFailing', GRAPHS],
      ],
    },
  },
  {
    name: 'the exporter is down for 40 minutes: alerts fire for 30 more, and again afterwards',
    series: [
      [A, { up: '1x29 0x39 1x40' }],
      [
        A,
        GRAPHS,
        {
          poll_last_success_timestamp_seconds: 'nowx29 stale _x39 nowx40',
          poll_success: '1x29 stale _x39 1x40',
        },
      ],
      [
        A,
        ORDERS,
        { rpo_seconds: '86400x29 stale _x39 86400x40', consecutive_failures: '3x29 stale _x39 3x40' },
      ],
    ],
    firing: {
      '58m': [
        ['Failed', ORDERS],
        ['FailingRepeatedly', ORDERS],
        ['ExporterDown', IN_JOB],
        ['ReplicaDown', A],
      ],
      '61m': [
        ['ExporterDown', IN_JOB],
        ['ReplicaDown', A],
      ],
      '70m': [],
      '76m': [
        ['Failed', ORDERS],
        ['FailingRepeatedly', ORDERS],
      ],
    },
  },
  {
    name: 'a resource is deleted while the exporter is down for 100 minutes: ResourceGone fires afterwards',
    series: [
      [A, { up: '1x29 0x99 1x70' }],
      [
        A,
        GRAPHS,
        {
          poll_last_success_timestamp_seconds: 'nowx29 stale _x99 nowx70',
          poll_success: '1x29 stale _x99 1x70',
          inventory_success: '1x29 stale _x99 1x70',
        },
      ],
      [A, ORDERS, { rpo_seconds: '86400x29 stale' }],
      [A, USERS, { rpo_seconds: '86400x29 stale _x99 86400x70' }],
    ],
    firing: {
      '120m': [
        ['ExporterDown', IN_JOB],
        ['ReplicaDown', A],
      ],
      '139m': [],
      '141m': [['ResourceGone', ORDERS]],
      '200m': [['ResourceGone', ORDERS]],
    },
  },
  // The restarted replica exports graphs again only once their list can be read.
  {
    name: 'a restart after which one of two services cannot be read: its alerts keep firing, without ResourceGone',
    series: [
      ...polling(100, A, DATABASES),
      [
        A,
        GRAPHS,
        {
          poll_last_success_timestamp_seconds: 'nowx29 stale',
          poll_success: '1x29 stale _ 0x68',
          [SUCCESSES]: '0x100',
        },
      ],
      [A, ORDERS, { rpo_seconds: '86400x29 stale', consecutive_failures: '3x29 stale' }],
    ],
    firing: {
      '50m': [
        ['Failed', ORDERS],
        ['FailingRepeatedly', ORDERS],
        ['PollFailing', GRAPHS],
      ],
      '72m': [['PollFailing', GRAPHS]],
      '100m': [
        ['PollFailing', GRAPHS],
        ['DataStale', GRAPHS],
      ],
    },
  },
];

it.each(CASES)('$name', checkCase);
