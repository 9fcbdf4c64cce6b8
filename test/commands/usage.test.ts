import { describe, expect, it } from 'vitest';
import { runCommandLine } from '../../src/commands/command-line.ts';
import { SERVICE_TYPES } from '../../src/services/index.ts';
import { createFakeTerminal } from './fake-terminal.ts';

/** The error of a command line, without the name of the program. */
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

const invalid = (flag: string, value: string, message: string) =>
  `option '${flag}' argument '${value}' is invalid. ${message}`;

describe('a mistyped command line', () => {
  it.each<[string[], string]>([
    [['chek'], "unknown command 'chek' (Did you mean check?)"],
    [['quite-wrong'], "unknown command 'quite-wrong'"],
    [['--confg.file', 'x'], "unknown option '--confg.file' (Did you mean --config.file?)"],
    [['--nonsense'], "unknown option '--nonsense'"],
    [['serve', 'now'], "too many arguments for 'serve'. Expected 0 arguments but got 1: now."],
    [['check', '--jsn'], "unknown option '--jsn' (Did you mean --json?)"],
    [['check', '--json=1'], "unknown option '--json=1' (Did you mean --json?)"],
    [
      ['check', 'a\u001b[2J', 'b'],
      "too many arguments for 'check'. Expected 0 arguments but got 2: a\uFFFD[2J, b.",
    ],
    [['check', '--config.file'], "option '--config.file <path>' argument missing"],
    [['check', '--config.file', ''], invalid('--config.file <path>', '', 'A value is required.')],
    [['backups', 'crate'], "unknown command 'crate' (Did you mean create?)"],
    [['backups', 'create'], "required option '--resource <id or name>' not specified"],
    [['backups', 'export', '--to', 'a-bucket'], "required option '--backup <id>' not specified"],
    [
      ['backups', 'create', '--resource', 'one', '--resource', 'two'],
      invalid('--resource <id or name>', 'two', 'The flag is given twice.'),
    ],
    [
      ['--web.listen-address', ':1', '--web.listen-address=:2'],
      invalid('--web.listen-address <address>', ':2', 'The flag is given twice.'),
    ],
    [
      ['backups', 'list', '--state', 'good'],
      invalid('--state <state>', 'good', 'Allowed choices are succeeded, failed, running, unknown.'),
    ],
    [
      ['backups', 'list', '--service', 'nosuch'],
      invalid('--service <type>', 'nosuch', `Allowed choices are ${SERVICE_TYPES.join(', ')}.`),
    ],
    [
      ['backups', 'list', '--limit', '0'],
      invalid('--limit <count>', '0', 'Expected an integer from 1 to 1000000.'),
    ],
    [
      ['backups', 'create', '--resource', 'x', '--wait-timeout', '0'],
      invalid(
        '--wait-timeout <duration>',
        '0',
        'Expected a duration of at least 1s, such as 90s, 30m or 2h.',
      ),
    ],
    [['backups', 'list', 'orders'], "too many arguments for 'list'. Expected 0 arguments but got 1: orders."],
    [
      ['backups', 'create', '--resource', 'x', '--wait-timeout', '5m', '--yes'],
      '--wait-timeout needs --wait',
    ],
    [
      [
        ...['backups', 'export', '--resource', 'x', '--backup', 'latest', '--to', 'my-bucket'],
        ...['--wait-timeout', '5m'],
      ],
      '--wait-timeout needs --wait',
    ],
    [['backfill', '--since', '2999-01-01'], '--since is in the future'],
    [
      ['backfill', '--since', '2026-01-01T00:00:01Z', '--until', '2026-01-01T00:03:59Z'],
      'no multiple of --step (4m) is between --since and --until; use a smaller step or a longer period',
    ],
    ...['yesterday', '-5d', '1700000000', '2026-13-01', '2026-02-30', '2026-11-20T00:00:00', '', '1000y'].map(
      (since): [string[], string] => [
        ['backfill', `--since=${since}`],
        invalid(
          '--since <time>',
          since,
          'Expected "now", a duration before now such as 30d, or a timestamp such as 2026-01-31 or 2026-01-31T08:00:00+08:00.',
        ),
      ],
    ),
    ...['500ms', '1500ms', '0', '0s', '4'].map((step): [string[], string] => [
      ['backfill', '--step', step],
      invalid(
        '--step <duration>',
        step,
        'Expected a duration in whole seconds such as 90s or 4m, at least 1s.',
      ),
    ]),
    [['backfill', '--job', ''], invalid('--job <name>', '', 'A value is required.')],
    [['backfill', '--since', '1h', '--until', '2h'], '--since is later than --until'],
    [['backfill', '--until', '2999-01-01'], '--until is in the future'],
    [
      ['demo', '--demo.speed', '0'],
      invalid('--demo.speed <factor>', '0', 'Expected a number above 0, at most 100000.'),
    ],
    [
      ['--log.level', 'loud'],
      invalid('--log.level <level>', 'loud', 'Allowed choices are debug, info, warn, error.'),
    ],
    [
      ['--web.telemetry-path', '/'],
      invalid(
        '--web.telemetry-path <path>',
        '/',
        'Expected a path such as /metrics: letters, digits, ".", "_", "~" and "-" between slashes.',
      ),
    ],
    [
      ['--web.listen-address', 'nowhere'],
      invalid(
        '--web.listen-address <address>',
        'nowhere',
        'It has no port; write ":10045", "host:10045" or "[::1]:10045"',
      ),
    ],
  ])('is rejected in one line that says what is expected: %j', async (args, message) => {
    expect(await refused(args)).toBe(message);
  });

  it.each([['backups'], ['backups', 'help', 'nosuch']])(
    'prints the help of backups as an error: %j',
    async (...args) => {
      const terminal = createFakeTerminal();

      const code = await runCommandLine(args, terminal);

      expect({ code, output: terminal.written() }).toEqual({ code: 2, output: '' });
      expect(terminal.errors()).toMatch(/^Usage: huaweicloud-backup-exporter backups /);
    },
  );
});
