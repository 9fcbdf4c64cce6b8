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
  it.each<[string[], string]>([
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
      ['backups', 'list', 'orders'],
      'backups list: it takes flags alone; unexpected: orders; did you mean --resource orders?',
    ],
    [['backups', 'list', 'two', 'words'], 'backups list: it takes flags alone; unexpected: two words'],
    [
      ['backups', 'create', '--resource', 'x', '--wait-timeout', '5m', '--yes'],
      'backups create: --wait-timeout needs --wait',
    ],
    [
      [
        ...['backups', 'export', '--resource', 'x', '--backup', 'latest', '--to', 'my-bucket'],
        ...['--wait-timeout', '5m'],
      ],
      'backups export: --wait-timeout needs --wait',
    ],
    [
      ['backfill', '--since', '2999-01-01'],
      'backfill: --since lies in the future, of which nothing is known',
    ],
    [
      ['backfill', '--since', '2026-01-01T00:00:01Z', '--until', '2026-01-01T00:03:59Z'],
      'backfill: samples stand at multiples of --step (4m), and none lies between --since and --until; give a smaller step or a longer time',
    ],
    ...['yesterday', '-5d', '1700000000', '2026-13-01', '2026-02-30', '2026-11-20T00:00:00', '', '1000y'].map(
      (since): [string[], string] => [
        ['backfill', '--since', since],
        `--since "${since}": a duration such as 30d for so long ago, "now", or a time such as 2026-01-31 or 2026-01-31T08:00:00+08:00 is allowed`,
      ],
    ),
    ...['500ms', '1500ms', '0', '0s', '4'].map((step): [string[], string] => [
      ['backfill', '--step', step],
      `--step "${step}": a duration of whole seconds such as 90s or 4m is allowed, at least 1s`,
    ]),
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
