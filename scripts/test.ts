import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installKubernetesTools } from './kubernetes-tools.ts';
import { TEST_LEGS, type TestLeg } from './test-legs.ts';

// Runs the tests against the programs that are there. A leg whose programs are missing and cannot be installed is
// left out and named at the end; where CI is set, that is a failure.
//   node scripts/test.ts [--all]

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const ENSURE = join(ROOT, 'scripts/ensure-tools.sh');
const VITEST = join(ROOT, 'node_modules/vitest/vitest.mjs');

const legs = TEST_LEGS.filter(({ isSlow }) => isSlow !== true || process.argv.includes('--all'));

const isRoot = process.getuid?.() === 0;
const installable = legs.filter(({ needsRoot }) => needsRoot !== true || isRoot);
install([...new Set(installable.flatMap(({ packages }) => packages))]);
const reasons = new Map(legs.map((leg) => [leg, reasonNotToRun(leg)]));
const runnable = legs.filter((leg) => reasons.get(leg) === undefined);
const { passed, failed, status } = run(runnable);

const leftOut = legs.filter((leg) => !runnable.includes(leg));
for (const leg of leftOut) {
  process.stdout.write(`not run: ${leg.name}, ${reasons.get(leg)}\n`);
}
process.stdout.write(`${passed} passed, ${failed} failed\n`);
const isCi = !['', '0', 'false'].includes(process.env['CI'] ?? '');
process.exitCode = status === 0 && isCi && leftOut.length > 0 ? 1 : status;

/** Installs what is missing, where it may; says so, and what it cannot. */
function install(packages: readonly string[]): void {
  spawnSync('sh', [ENSURE, ...packages], { stdio: 'inherit' });
}

function reasonNotToRun(leg: TestLeg): string | undefined {
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
    // It ended before there was a report, and has said why.
    return { passed: 0, failed: 0, status: code || 1 };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
}
