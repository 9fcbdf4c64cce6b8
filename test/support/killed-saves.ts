import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { plainEnvironment } from './exporter-process.ts';
import { countIn, openAt, QUIET } from './saved-states.ts';

const PROGRAM = fileURLToPath(new URL('../faults/saving-child.ts', import.meta.url));
const LONGEST_LIFE_MILLISECONDS = 25;

/** Runs a process that saves until it is killed, with or without its writer process. Returns the last count reported. */
async function saveUntilKilled(path: string, withWriter: boolean): Promise<number> {
  const child = spawn(process.execPath, [PROGRAM, path], {
    env: plainEnvironment(),
    stdio: ['ignore', 'pipe', 'inherit'],
    // In its own process group, so that nothing else is killed.
    detached: true,
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  await Promise.race([once(child.stdout, 'data'), once(child, 'close')]);
  await wait(Math.random() * LONGEST_LIFE_MILLISECONDS);
  const pid = child.pid ?? 0;
  process.kill(withWriter ? -pid : pid, 'SIGKILL');
  await once(child, 'close');
  expect(output).not.toContain('error');
  return Number(output.slice(0, output.lastIndexOf('\n')).split('\n').at(-1));
}

/** Repeatedly kills a process that saves, and checks after each kill that the file contains everything saved. */
export async function saveAndKill(path: string, kills: number): Promise<{ readonly saves: number }> {
  let saves = 0;
  for (let kill = 0; kill < kills; kill += 1) {
    const reported = await saveUntilKilled(path, kill % 2 === 0);
    const problems: string[] = [];

    const file = await openAt(path, { ...QUIET, error: (_, message) => problems.push(message) });
    const restored = file.restored('service');
    await file.close();

    saves = Math.max(saves, reported);
    expect(problems).toEqual([]);
    // The last save may have reached the disk without having been reported.
    expect([reported, reported + 1]).toContain(countIn(restored));
    expect(restored?.ledger.listed.size).toBe(countIn(restored));
  }
  return { saves };
}
