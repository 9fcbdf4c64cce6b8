import { defineConfig } from 'vitest/config';

// Pure tests touch nothing but memory; they run under several time zones.
const PURE = ['config', 'sources', 'pages', 'state', 'metrics', 'poll', 'status', 'history'].map(
  (area) => `test/${area}/**/*.test.ts`,
);

// Process tests start the program, Prometheus, Alertmanager or a browser.
const PROCESS = ['test/process/**/*.test.ts', 'test/**/*.process.test.ts'];

const shared = { testTimeout: 20_000, sequence: { shuffle: true }, restoreMocks: true };

export default defineConfig({
  test: {
    projects: [
      { test: { ...shared, name: 'unit', include: ['test/**/*.test.ts'], exclude: PROCESS } },
      { test: { ...shared, name: 'pure', include: PURE, exclude: PROCESS } },
      { test: { ...shared, name: 'process', include: PROCESS, testTimeout: 60_000 } },
    ],
  },
});
