import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { runCommandLine } from '../../src/commands/command-line.ts';
import { SERVICE_TYPES, SERVICES } from '../../src/services/index.ts';
import { expectGolden } from '../support/golden.ts';
import { withoutServices } from '../support/help-text.ts';
import { createFakeTerminal } from './fake-terminal.ts';

const COMMANDS = [
  '',
  'serve',
  'demo',
  'check',
  'backups',
  'backups list',
  'backups create',
  'backups export',
  'backups wait',
  'backfill',
  'rules',
] as const;

const fileOf = (command: string): string => `${command === '' ? 'help' : command.replaceAll(' ', '-')}.txt`;

async function helpOf(command: string, outputWidth?: number): Promise<string> {
  const terminal = createFakeTerminal(outputWidth === undefined ? {} : { outputWidth });
  const words = command.split(' ').filter((word) => word !== '');

  const code = await runCommandLine([...words, '--help'], terminal);

  expect({ code, errors: terminal.errors() }).toEqual({ code: 0, errors: '' });
  return terminal.written();
}

describe('the help', () => {
  it.each(COMMANDS)('of "%s" is the golden file', async (command) => {
    expectGolden(`commands/golden/${fileOf(command)}`, withoutServices(await helpOf(command)));
  });

  it('lists every service where a service is a value', async () => {
    const words = (await helpOf('backups list')).match(/"[a-z-]+"/g) ?? [];

    for (const type of SERVICE_TYPES) expect(words).toContain(`"${type}"`);
  });

  it('of the demo contains the flag of each service with one', async () => {
    const help = (await helpOf('demo')).replaceAll(/\s+/g, ' ');

    for (const { type, resource, demo } of SERVICES) {
      if (demo === undefined) continue;
      expect(help).toContain(
        `--demo.${demo.flag} <count> simulated ${resource.many} of ${type}, at most 10000 (default: ${demo.count})`,
      );
    }
  });

  it.each(COMMANDS)('of "%s" fits into 80 columns', async (command) => {
    const widest = Math.max(...(await helpOf(command)).split('\n').map((line) => line.length));

    expect(widest).toBeLessThanOrEqual(80);
  });

  it('fits its flags and paragraphs into a narrow terminal', async () => {
    const lines = (await helpOf('check', 60)).split('\n').filter((line) => !line.includes('https://'));

    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(60);
  });

  it.each([
    [['-h'], 'help.txt'],
    [['help'], 'help.txt'],
    [['help', 'check'], 'check.txt'],
    [['check', '-h'], 'check.txt'],
    [['backups', 'help', 'list'], 'backups-list.txt'],
    [['help', 'backups'], 'backups.txt'],
  ])('is also printed by %j', async (args, file) => {
    const terminal = createFakeTerminal();

    const code = await runCommandLine(args, terminal);

    expect({ code, errors: terminal.errors() }).toEqual({ code: 0, errors: '' });
    expectGolden(`commands/golden/${file}`, withoutServices(terminal.written()));
  });

  it.each(['-V', '--version'])('%s prints the version', async (flag) => {
    const terminal = createFakeTerminal();

    const code = await runCommandLine([flag], terminal);

    expect(code).toBe(0);
    expect(terminal.written()).toMatch(/^huaweicloud-backup-exporter \d+\.\d+\.\d+ /);
  });

  it('has no golden files of removed commands', () => {
    const kept = readdirSync(new URL('golden', import.meta.url)).filter(
      (name) => !name.startsWith('output-'),
    );

    expect(kept.toSorted()).toEqual(COMMANDS.map(fileOf).toSorted());
  });
});
