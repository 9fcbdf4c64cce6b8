import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { releaseNotes, releaseProblems } from './release.ts';

// Prints the notes of a release, or why its tag does not match the tree.
//   node scripts/release-check.ts v1.2.3

const read = (path: string): string =>
  readFileSync(fileURLToPath(new URL(`../${path}`, import.meta.url)), 'utf8');

const files = {
  manifest: read('package.json'),
  lock: read('package-lock.json'),
  chart: read('charts/huaweicloud-backup-exporter/Chart.yaml'),
  manifests: read('deploy/kubernetes.yaml'),
  dockerfile: read('Dockerfile'),
  changelog: read('CHANGELOG.md'),
};

const problems = releaseProblems(process.argv[2] ?? '', files);
if (problems.length === 0) process.stdout.write(`${releaseNotes(files.changelog)}\n`);
else {
  process.stderr.write(problems.map((problem) => `${problem}\n`).join(''));
  process.exitCode = 1;
}
