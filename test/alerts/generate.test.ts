import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { renderRules } from '../../alerts/render.ts';
import {
  flagOf,
  readThreshold,
  THRESHOLD_NAMES,
  THRESHOLDS,
  type Thresholds,
  withThresholds,
} from '../../alerts/thresholds.ts';
import { PROJECT, type Result, run, temporaryDirectory } from './tools.ts';

const COMMITTED = join(PROJECT, 'alerts/huaweicloud-backup.rules.yml');

const generate = (...args: readonly string[]): Promise<Result> =>
  run(process.execPath, [join(PROJECT, 'alerts/generate.ts'), ...args]);

interface Rules {
  readonly groups: readonly {
    readonly rules: readonly { readonly alert: string; readonly for: string; readonly expr: string }[];
  }[];
}

const ruleIn = (text: string, alert: string) =>
  (parse(text) as Rules).groups.flatMap(({ rules }) => rules).find((rule) => rule.alert === alert);

it('the committed rules are what the generator makes without flags', async () => {
  const { code, stdout } = await generate();

  expect(code).toBe(0);
  expect(stdout).toBe(readFileSync(COMMITTED, 'utf8'));
});

it('a flag changes the one threshold that it names, and the rules say so on top', async () => {
  const { stdout } = await generate('--stale-for', '30m');

  const committed = readFileSync(COMMITTED, 'utf8');
  expect(ruleIn(stdout, 'HuaweiCloudBackupStale')?.for).toBe('30m');
  expect(ruleIn(stdout, 'HuaweiCloudBackupStale')?.expr).toBe(
    ruleIn(committed, 'HuaweiCloudBackupStale')?.expr,
  );
  expect(ruleIn(stdout, 'HuaweiCloudBackupMissing')).toEqual(ruleIn(committed, 'HuaweiCloudBackupMissing'));
  expect(stdout).toContain('# Changed: --stale-for 30m\n');
});

it('help names the flag of every threshold with its value', async () => {
  const { code, stdout } = await generate('--help');

  expect(code).toBe(0);
  for (const name of THRESHOLD_NAMES) {
    expect(stdout).toMatch(new RegExp(`^  --${flagOf(name)} <value> .*`, 'm'));
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(`(${THRESHOLDS[name].value})`);
  }
});

it('every threshold changes the rules', () => {
  const others: Readonly<Record<string, string>> = {
    failedCount: '2',
    sizeDroppedRatio: '0.7',
    job: 'backups',
  };
  const otherThan = (value: string | number) =>
    String(value).startsWith('http') ? 'https://monitoring.example/x/' : String(value).replace(/^\d+/, '7');
  const rulesOf = (changes: Partial<Thresholds>) =>
    renderRules(withThresholds(changes)).replaceAll(/^#.*\n/gm, '');
  const unchanged = rulesOf({});

  const useless = THRESHOLD_NAMES.filter((name) => {
    const text = others[name] ?? otherThan(THRESHOLDS[name].value).replace(/^7d$/, '8d');
    return rulesOf(readThreshold(name, text)) === unchanged;
  });

  expect(useless).toEqual([]);
});

it('promtool accepts rules in which every duration was changed, written to a file', async () => {
  using directory = temporaryDirectory();
  const output = join(directory.path, 'rules.yml');
  const flags = THRESHOLD_NAMES.flatMap((name) =>
    /^\d+[mhd]$/.test(String(THRESHOLDS[name].value)) ? [`--${flagOf(name)}`, '77s'] : [],
  );

  const { code, stdout } = await generate('--output', output, ...flags);

  expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
  const checked = await run('promtool', ['check', 'rules', output]);
  expect(checked.stdout).toContain('SUCCESS: 15 rules found');
});

it('a file gives several thresholds, and flags overrule it', async () => {
  using directory = temporaryDirectory();
  const file = join(directory.path, 'thresholds.yml');
  writeFileSync(file, '# ours\nstale-for: 45m\nslow-ratio: 3\nfailing-repeatedly-count: 5\n');

  const { stdout } = await generate('--thresholds', file, '--stale-for', '1h');

  expect(stdout.match(/^# Changed.*/gm)).toEqual([
    '# Changed: --failing-repeatedly-count 5',
    '# Changed: --stale-for 1h',
    '# Changed: --slow-ratio 3',
  ]);
  expect(ruleIn(stdout, 'HuaweiCloudBackupFailingRepeatedly')?.expr).toContain('>= 5');
});

it.each([
  ['an unknown flag', ['--stale-fro', '30m'], "unknown option '--stale-fro' (Did you mean --stale-for?)"],
  ['a flag without a value', ['--stale-for'], "option '--stale-for <value>' argument missing"],
  ['a word that is no flag', ['30m'], 'too many arguments. Expected 0 arguments but got 1'],
  [
    'what is no duration',
    ['--stale-for', '1x'],
    '--stale-for: "1x" is not a duration, write it like 90s, 15m or 1h30m',
  ],
  [
    'a duration without a unit',
    ['--stale-for', '30'],
    '--stale-for: "30" has no unit, write it like 90s, 15m or 1h30m',
  ],
  ['an empty window', ['--history-window', '0s'], '--history-window: "0s" must be longer than zero'],
  ['half a failure', ['--failed-count', '0.5'], '--failed-count: "0.5" must be a whole number from 1'],
  [
    'a ratio out of range',
    ['--size-dropped-ratio', '50'],
    '--size-dropped-ratio: "50" must be a number between 0 and 1',
  ],
  ['a job that ends its quotes', ['--job', 'a"b'], '--job: "a\\"b" must be the name of a scrape job'],
  [
    'an address of another kind',
    ['--runbook-url', 'ftp://x'],
    '--runbook-url: "ftp://x" must be a URL that starts with http:// or https://, without query',
  ],
  [
    'repeated failures no rarer than one',
    ['--failed-count', '3'],
    '--failing-repeatedly-count must be greater than --failed-count',
  ],
  [
    'steps longer than the window',
    ['--history-step', '8d'],
    '--history-step must not be longer than --history-window',
  ],
  ['a file that is not there', ['--thresholds', 'none.yml'], 'cannot read none.yml: '],
])('%s is one clear line and exit code 2', async (_, args, message) => {
  const { code, stdout, stderr } = await generate(...args);

  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr.startsWith(`alerts: ${message}`), stderr).toBe(true);
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
});

it.each([
  [
    'an unknown threshold',
    'stale-for: 1h\nstale-fro: 30m\n',
    ':2: there is no threshold "stale-fro", see --help',
  ],
  [
    'a wrong value',
    'stale-for: soon\n',
    ':1: "stale-for": "soon" is not a duration, write it like 90s, 15m or 1h30m',
  ],
  ['a list for a value', 'stale-for: [1h]\n', ':1: "stale-for" must have one value'],
  ['a list of flags', '- stale-for\n', ': must hold lines such as "stale-for: 30m"'],
  ['what is no YAML', 'stale-for: 1h\nslow-for: "30m\n', ':'],
  ['a threshold given twice', 'stale-for: 1h\nstale-for: 2h\n', ':2: Map keys must be unique'],
])('in a file, %s is one clear line with its place and exit code 2', async (_, text, message) => {
  using directory = temporaryDirectory();
  const file = join(directory.path, 'thresholds.yml');
  writeFileSync(file, text);

  const { code, stdout, stderr } = await generate('--thresholds', file);

  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr.startsWith(`alerts: ${file}${message}`), stderr).toBe(true);
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
});

it('a file that cannot be written is one clear line and exit code 1', async () => {
  using directory = temporaryDirectory();

  const { code, stderr } = await generate('--output', directory.path);

  expect(code).toBe(1);
  expect(stderr).toMatch(/^alerts: cannot write .*\n$/);
});
