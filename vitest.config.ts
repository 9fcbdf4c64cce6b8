import { defineConfig } from 'vitest/config';

const shared = { testTimeout: 20_000, sequence: { shuffle: true }, restoreMocks: true };

/** Tests of the given parts of test/, run together under one name. */
const project = (
  name: string,
  include: readonly string[],
  exclude: readonly string[] = [],
  testTimeout = 60_000,
) => ({
  test: { ...shared, name, include: [...include], exclude: [...exclude], testTimeout },
});

// Pure tests touch nothing but memory; they run under several time zones.
const PURE = ['config', 'sources', 'pagination', 'state', 'metrics', 'poll', 'status', 'backfill'].map(
  (area) => `test/${area}/**/*.test.ts`,
);

// Process tests start the program or a browser.
const PROCESS = ['test/process/**/*.test.ts', 'test/**/*.process.test.ts'];

// These take long and have a leg of their own.
const LIVE = ['test/alerts/live-alerts.process.test.ts'];
const ALERTS = ['test/alerts/**/*.test.ts'];
const DASHBOARDS = ['test/dashboards/**/*.test.ts'];
const FAULTS = ['test/faults/**/*.test.ts'];
const BENCH = ['test/bench/**/*.test.ts'];
const SLOW = [...LIVE, ...ALERTS, ...DASHBOARDS, ...FAULTS, ...BENCH];

export default defineConfig({
  test: {
    projects: [
      project('unit', ['test/**/*.test.ts'], [...PROCESS, ...SLOW], 20_000),
      project('pure', PURE, PROCESS, 20_000),
      project('process', PROCESS, SLOW),
      project('faults', FAULTS),
      project('dashboards', DASHBOARDS),
      project('alerts', ALERTS, LIVE),
      project('live', LIVE),
      project('bench', BENCH),
    ],
  },
});
