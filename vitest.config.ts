import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

// The tests of a single service are in its folder, so that they are removed with it.
const OF_SERVICES = ['src/services/*/test/*.test.ts'];

// Tests too slow for every change have their own file names, and run only in `npm run test:all`.
const SLOW = ['test/**/*.slow.test.ts'];
const BENCH = ['test/**/*.bench.test.ts'];

// Tests with programs that have to be installed; scripts/test-legs.ts lists them.
const PROMETHEUS = ['test/**/*.prometheus.test.ts'];
const BROWSER = ['test/**/*.browser.test.ts'];
const ALERTS = ['test/alerts/**/*.test.ts'];
const DASHBOARDS = ['test/dashboards/**/*.test.ts'];
// The chart needs Helm; the other two start containers, which needs root.
const CHART = ['test/packaging/chart/**/*.test.ts'];
const IMAGE = ['test/packaging/image/**/*.test.ts'];
const SYSTEMD = ['test/packaging/systemd/**/*.test.ts'];

// Tests that start the program.
const PROCESS = [
  'test/process/**/*.test.ts',
  'test/**/*.process.test.ts',
  'src/services/*/test/*.process.test.ts',
];
const FAULTS = ['test/faults/**/*.test.ts'];

// Tests that generated pages and examples match the code.
const DOCUMENTS = ['test/documents/**/*.test.ts'];

// Tests that use only memory: they run in several time zones.
const PURE = [
  ...['config', 'services', 'pagination', 'state', 'metrics', 'poll', 'status', 'backfill'].map(
    (area) => `test/${area}/**/*.test.ts`,
  ),
  ...OF_SERVICES,
];

interface Leg {
  readonly name: string;
  readonly include: readonly string[];
  readonly exclude?: readonly string[];
  /** Legs with the same order run in parallel, after those with a lower one. */
  readonly order: 1 | 2 | 3 | 4;
  readonly timeZone?: string;
  /** Whether its tests start the program. */
  readonly isBuilt?: true;
  /** Files that prepare what its tests need. */
  readonly setup?: readonly string[];
}

const CPUS = availableParallelism();
// Tests that start programs mostly wait for them; benchmarks have the machine to themselves.
const WORKERS = { 1: CPUS, 2: CPUS + 1, 3: CPUS, 4: 1 } as const;

const leg = ({ name, include, exclude = [], order, timeZone, isBuilt, setup = [] }: Leg) => ({
  test: {
    name,
    include: [...include],
    exclude: [...exclude],
    testTimeout: 60_000,
    // A busy machine needs more than the default of one second.
    expect: { poll: { timeout: 10_000 } },
    // Tests never depend on their order. Large files come first where files take long, so that none is left at the end.
    sequence: { shuffle: { tests: true, files: order === 1 }, groupOrder: order },
    restoreMocks: true,
    globalSetup: [...(isBuilt === true ? ['test/support/built-program.ts'] : []), ...setup],
    ...(timeZone !== undefined && { env: { TZ: timeZone } }),
    maxWorkers: WORKERS[order],
    // Tests of the first order keep no state in modules: loading these once per worker saves a third of the time.
    isolate: order !== 1,
  },
});

const INSTALLED = [...PROMETHEUS, ...BROWSER, ...ALERTS, ...DASHBOARDS, ...CHART, ...IMAGE, ...SYSTEMD];
const LATER = [...SLOW, ...BENCH];
const NOT_PURE = [...PROCESS, ...INSTALLED, ...LATER, ...DOCUMENTS];

export default defineConfig({
  test: {
    projects: [
      leg({
        name: 'unit',
        include: ['test/**/*.test.ts', ...OF_SERVICES],
        exclude: [...NOT_PURE, ...FAULTS],
        order: 1,
      }),
      leg({ name: 'documents', include: DOCUMENTS, order: 1 }),
      leg({
        name: 'process',
        include: PROCESS,
        exclude: [...INSTALLED, ...LATER],
        order: 2,
        timeZone: 'Asia/Shanghai',
        isBuilt: true,
      }),
      leg({ name: 'faults', include: FAULTS, exclude: SLOW, order: 2, isBuilt: true }),
      leg({
        name: 'prometheus',
        include: PROMETHEUS,
        exclude: SLOW,
        order: 2,
        timeZone: 'Asia/Shanghai',
        isBuilt: true,
      }),
      leg({ name: 'browser', include: BROWSER, exclude: SLOW, order: 2, timeZone: 'Asia/Shanghai' }),
      leg({ name: 'alerts', include: ALERTS, exclude: LATER, order: 2, isBuilt: true }),
      leg({ name: 'dashboards', include: DASHBOARDS, exclude: LATER, order: 2 }),
      leg({
        name: 'chart',
        include: CHART,
        order: 2,
        isBuilt: true,
        setup: ['test/packaging/chart/kubernetes-tools.ts'],
      }),
      leg({ name: 'slow', include: SLOW, order: 3, isBuilt: true }),
      leg({ name: 'image', include: IMAGE, order: 3 }),
      leg({ name: 'systemd', include: SYSTEMD, order: 3 }),
      leg({ name: 'zone-east', include: PURE, exclude: NOT_PURE, order: 1, timeZone: 'Asia/Shanghai' }),
      leg({ name: 'zone-west', include: PURE, exclude: NOT_PURE, order: 1, timeZone: 'America/St_Johns' }),
      leg({ name: 'bench', include: BENCH, order: 4 }),
    ],
  },
});
