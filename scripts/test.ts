import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installKubernetesTools } from './kubernetes-tools.ts';
import { TEST_LEGS, type TestLeg } from './test-legs.ts';

// Runs the tests with the installed programs. A leg whose programs are missing and cannot be installed is
// skipped and listed at the end; if CI is set, that is a failure.
//   node scripts/test.ts [--all]

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const ENSURE = join(ROOT, 'scripts/ensure-tools.sh');
const VITEST = join(ROOT, 'node_modules/vitest/vitest.mjs');

const legs = TEST_LEGS.filter(({ isSlow }) => isSlow !== true || process.argv.includes('--all'));

const isRoot = process.getuid?.() === 0;
const installable = legs.filter(({ needsRoot }) => needsRoot !== true || isRoot);
install([...new Set(installable.flatMap(({ packages }) => packages))]);
const reasons = new Map(legs.map((leg) => [leg, skipReason(leg)]));
const runnable = legs.filter((leg) => reasons.get(leg) === undefined);
const { passed, failed, status } = run(runnable);

const skipped = legs.filter((leg) => !runnable.includes(leg));
for (const leg of skipped) {
  process.stdout.write(`skipped: ${leg.name}, ${reasons.get(leg)}\n`);
}
process.stdout.write(`${passed} passed, ${failed} failed\n`);
const isCi = !['', '0', 'false'].includes(process.env['CI'] ?? '');
process.exitCode = status === 0 && isCi && skipped.length > 0 ? 1 : status;

/** Installs missing packages if allowed, and prints those that it installs or cannot install. */
function install(packages: readonly string[]): void {
  spawnSync('sh', [ENSURE, ...packages], { stdio: 'inherit' });
}

function skipReason(leg: TestLeg): string | undefined {
  if (leg.needsRoot === true && !isRoot) return 'needs root';
  const packages = missingPackages(leg);
  if (packages.length > 0) return `missing Debian packages: ${packages.join(' ')}`;
  return leg.needsKubernetesTools === true ? installKubernetesTools() : undefined;
}

function missingPackages({ packages }: TestLeg): readonly string[] {
  const { stdout } = spawnSync('sh', [ENSURE, '--missing', ...packages], { encoding: 'utf8' });
  return stdout.split(/\s+/).filter((name) => name !== '');
}

function run(chosen: readonly TestLeg[]) {
  const directory = mkdtempSync(join(tmpdir(), 'test-report-'));
  const report = join(directory, 'report.json');
  const projects = chosen.map(({ name }) => `--project=${name}`);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const { status: code } = spawnSync(process.execPath, [VITEST, 'run', ...projects, ...reporters], {
    cwd: ROOT,
    stdio: 'inherit',
  });
  try {
    const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(report, 'utf8')) as Report;
    return { passed: numPassedTests, failed: numFailedTests, status: code ?? 1 };
  } catch {
    // It exited before it wrote a report, and has printed why.
    return { passed: 0, failed: 0, status: code || 1 };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
}
