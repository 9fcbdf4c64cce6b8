import { describe, expect, it } from 'vitest';
import { runCommandLine } from '../../src/commands/command-line.ts';
import { createFakeTerminal } from './fake-terminal.ts';

/** What is wrong with a line, after the name of the program. */
async function refused(args: readonly string[]): Promise<string> {
  const terminal = createFakeTerminal();

  const code = await runCommandLine(args, terminal);

  expect(code).toBe(2);
  expect(terminal.written()).toBe('');
  const [, message = '', ...more] =
    /^huaweicloud-backup-exporter: ([^\n]*)\n([\s\S]*)$/.exec(terminal.errors()) ?? [];
  expect(more).toEqual(['']);
  return message;
}

const SERVE_FLAGS =
  '--config.file, --web.listen-address, --web.telemetry-path, --web.config.file, --web.enable-lifecycle, --state.file, --log.level, --log.format, --help';

describe('a line that is mistyped', () => {
  it.each([
    [['chek'], 'unknown command chek; did you mean check? allowed: serve, demo, check, backups, backfill'],
    [['quite-wrong'], 'unknown command quite-wrong; allowed: serve, demo, check, backups, backfill'],
    [
      ['--confg.file', 'x'],
      `serve: unknown flag --confg.file; did you mean --config.file? allowed: ${SERVE_FLAGS}`,
    ],
    [['--nonsense'], `serve: unknown flag --nonsense; allowed: ${SERVE_FLAGS}`],
    [['serve', 'now'], 'serve: it takes flags alone; unexpected: now'],
    [
      ['check', '--jsn'],
      'check: unknown flag --jsn; did you mean --json? allowed: --config.file, --offline, --strict, --json, --help',
    ],
    [['check', '--json=1'], 'check: --json takes no value'],
    [['check', 'a\u001b[2J', 'b'], 'check: it takes flags alone; unexpected: a\uFFFD[2J b'],
    [['check', '--config.file'], 'check: --config.file <path> needs a value'],
    [['check', '--config.file', ''], '--config.file "": a value is needed'],
    [['backups'], 'backups: a command is missing; allowed: list, create, export, wait'],
    [
      ['backups', 'crate'],
      'backups: unknown command crate; did you mean create? allowed: list, create, export, wait',
    ],
    [['backups', 'create'], 'backups create: --resource <id or name> is missing'],
    [['backups', 'export', '--to', 'a-bucket'], 'backups export: --backup <id> is missing'],
    [['backups', 'list', '--state', 'good'], '--state "good": allowed: succeeded, failed, running, unknown'],
    [['backups', 'list', '--service', 'rds'], '--service "rds": allowed: ges, gaussdb-mysql'],
    [['backups', 'list', '--limit', '0'], '--limit "0": a whole number from 1 to 1000000 is allowed'],
    [
      ['backups', 'list', '--limit', 'x'.repeat(500)],
      `--limit "${'x'.repeat(100)}…": a whole number from 1 to 1000000 is allowed`,
    ],
    [
      ['backups', 'create', '--resource', 'x', '--wait-timeout', '0'],
      '--wait-timeout "0": a duration of at least a second, such as 90s, 30m or 2h, is allowed',
    ],
    [
      ['backfill', '--step', '500ms'],
      '--step "500ms": a duration of at least a second, such as 4m, is allowed',
    ],
    [['backfill', '--job', ''], '--job "": a value is needed'],
    [['backfill', '--since', '1h', '--until', '2h'], 'backfill: --since is later than --until'],
    [
      ['backfill', '--until', '2999-01-01'],
      'backfill: --until lies in the future, of which nothing is known',
    ],
    [['demo', '--demo.speed', '0'], '--demo.speed "0": a number above 0, up to 100000, is allowed'],
    [['--log.level', 'loud'], '--log.level "loud": allowed: debug, info, warn, error'],
    [
      ['--web.telemetry-path', '/'],
      '--web.telemetry-path "/": a path such as /metrics is allowed: letters, digits, ".", "_", "~" and "-" between slashes',
    ],
    [
      ['--web.listen-address', 'nowhere'],
      '--web.listen-address "nowhere": it has no port; write ":10045", "host:10045" or "[::1]:10045"',
    ],
  ])('%j is answered in one line with what is allowed', async (args, message) => {
    expect(await refused(args)).toBe(message);
  });
});
