import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

declare module 'vitest' {
  interface ProvidedContext {
    /** The main file of the built program. */
    readonly program?: string;
  }
}

/** Builds the program once for all tests of a project; it starts faster than its source, and is what users run. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  // Away from node_modules, so that a module missing from the bundle is noticed.
  const directory = await mkdtemp(join(tmpdir(), 'built-exporter-'));
  const config = join(ROOT, 'rolldown.config.ts');
  const rolldown = join(ROOT, 'node_modules/.bin/rolldown');
  await promisify(execFile)(rolldown, ['-c', config, '--dir', directory], { cwd: ROOT });
  project.provide('program', join(directory, 'main.js'));
  return () => rm(directory, { recursive: true, force: true });
}
