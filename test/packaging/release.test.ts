import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import manifest from '../../package.json' with { type: 'json' };
import { type ReleaseFiles, releaseNotes, releaseProblems } from '../../scripts/release.ts';
import { ROOT } from './containers.ts';

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

const FILES: ReleaseFiles = {
  manifest: read('package.json'),
  lock: read('package-lock.json'),
  chart: read('charts/huaweicloud-backup-exporter/Chart.yaml'),
  manifests: read('deploy/kubernetes.yaml'),
  dockerfile: read('Dockerfile'),
  changelog: read('CHANGELOG.md'),
};
const { version } = manifest;
const TAG = `v${version}`;

describe('a release', () => {
  it('can have the version of the tree', () => {
    expect(releaseProblems(TAG, FILES)).toEqual([]);
  });

  it.each([
    ['manifest', `"version": "${version}"`, 'package.json has 9.9.9'],
    ['lock', `"version": "${version}"`, 'package-lock.json has 9.9.9'],
    ['chart', `version: ${version}`, 'version in Chart.yaml has 9.9.9'],
    ['chart', `appVersion: ${version}`, 'appVersion in Chart.yaml has 9.9.9'],
    ['manifests', `-exporter:${version}`, 'the image in deploy/kubernetes.yaml has 9.9.9'],
    ['dockerfile', `ARG VERSION=${version}`, 'VERSION in the Dockerfile has 9.9.9'],
    ['changelog', `## ${version}`, 'the newest heading of CHANGELOG.md has 9.9.9'],
  ] as const)('is rejected if the %s has another version', (file, text, problem) => {
    const changed = FILES[file].replace(text, text.replace(version, '9.9.9'));

    expect(releaseProblems(TAG, { ...FILES, [file]: changed })).toEqual([
      `${problem}; expected ${version}, the version of the tag ${TAG}`,
    ]);
  });

  it.each(['', version, 'v1', `${TAG}+x y`])('is rejected for the tag %j', (tag) => {
    expect(releaseProblems(tag, FILES)).toEqual([`the tag is ${tag}; expected vX.Y.Z`]);
  });

  it('has its own notes from the changelog', () => {
    const notes = releaseNotes('# Changelog\n\n## 2.0.0\n\n- New.\n\n## 1.0.0\n\n- Old.\n');

    expect(notes).toBe('- New.');
    expect(releaseNotes(FILES.changelog).length).toBeGreaterThan(100);
  });
});

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}
interface Workflow {
  readonly permissions: object;
  readonly jobs: Readonly<
    Record<
      string,
      { readonly needs?: string | readonly string[]; readonly if?: string; readonly steps: readonly Step[] }
    >
  >;
}

describe('the workflow', () => {
  const text = read('.github/workflows/ci.yml');
  const { permissions, jobs } = parse(text) as Workflow;
  const steps = Object.values(jobs).flatMap((job) => job.steps);

  it('pins each action to a full hash, with its version in a comment', () => {
    const used = text.match(/uses: .*/g) ?? [];

    expect(used.length).toBe(steps.filter(({ uses }) => uses !== undefined).length);
    expect(used.filter((line) => !/@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line))).toEqual([]);
  });

  it('grants no permissions by default, and leaves no credentials in the tree', () => {
    expect(permissions).toEqual({});
    for (const step of steps.filter(({ uses }) => uses?.startsWith('actions/checkout@'))) {
      expect(step.with).toEqual({ 'persist-credentials': false });
    }
  });

  it('publishes only after the tests and the guard', () => {
    const before = (name: string): readonly string[] => {
      const needs = [jobs[name]?.needs ?? []].flat();
      return [...needs, ...needs.flatMap(before)];
    };

    for (const name of Object.keys(jobs).filter((job) => !['test', 'guard'].includes(job))) {
      expect(before(name)).toEqual(expect.arrayContaining(['test', 'guard']));
    }
    expect(jobs['guard']?.if).toBe("startsWith(github.ref, 'refs/tags/v')");
  });

  it('runs only existing scripts', () => {
    const named = steps.flatMap(
      ({ run = '' }) => run.match(/(?:scripts|\.ci|charts|deploy|alerts)\/[\w./-]+/g) ?? [],
    );

    expect(named.length).toBeGreaterThan(3);
    for (const path of named) expect(() => readFileSync(join(ROOT, path))).not.toThrow(/ENOENT/);
  });
});
