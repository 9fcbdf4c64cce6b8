import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { METRICS } from '../support/catalogue.ts';
import { RULES } from './shipped-rules.ts';
import { PROJECT, run, temporaryDirectory } from './tools.ts';

const DIRECTORY = join(PROJECT, 'docs/runbooks');
const PAGES = readdirSync(DIRECTORY).map((name) => ({
  name,
  text: readFileSync(join(DIRECTORY, name), 'utf8'),
}));
const RUNBOOKS = PAGES.filter(({ name }) => name !== 'README.md');

const codeIn = (text: string, language: string) =>
  [...text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)\\n\`\`\`$`, 'gms'))].map(([, code]) => code ?? '');

/** The anchors of the headings of a page. */
const anchorsIn = (text: string) =>
  [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => heading.toLowerCase().replaceAll(' ', '-'));

describe.each(RUNBOOKS)('$name', ({ text }) => {
  it('has the sections on what it means, what to look at and what to do', () => {
    expect(text.match(/^## .*$/gm)).toEqual(['## What it means', '## What to look at', '## What to do']);
  });

  it('links to where to run its commands, and to the permissions for starting or copying backups', () => {
    const commands = codeIn(text, 'sh').filter((code) => code.startsWith('huaweicloud-backup-exporter'));

    if (commands.length > 0) expect(text).toContain('(README.md#where-to-run-the-commands)');
    if (commands.some((code) => /backups (create|export)/.test(code)))
      expect(text).toContain('(README.md#which-identity-to-use)');
  });

  it('uses only exported metrics', () => {
    const exported = [
      ...METRICS.map(({ name }) => name),
      ...RULES.map((rule) => ('record' in rule ? rule.record : '')),
    ];

    const named = [...text.matchAll(/\bhuaweicloud_backup[\w:]+/g)].map(([metric]) => metric);

    expect(named.filter((metric) => !exported.includes(metric))).toEqual([]);
  });
});

it('every link points to an existing page and heading', () => {
  const broken = PAGES.flatMap(({ name, text }) =>
    [...text.matchAll(/\]\(([^)]+)\)/g)].flatMap(([, target = '']) => {
      const [path = '', anchor] = target.split('#');
      const file = join(DIRECTORY, path === '' ? name : path);
      const exists =
        existsSync(file) && (anchor === undefined || anchorsIn(readFileSync(file, 'utf8')).includes(anchor));
      return exists ? [] : [`${name}: ${target}`];
    }),
  );

  expect(broken).toEqual([]);
});

it('the index links to every runbook', () => {
  const index = readFileSync(join(DIRECTORY, 'README.md'), 'utf8');

  expect(RUNBOOKS.filter(({ name }) => !index.includes(`](${name})`))).toEqual([]);
});

it('every command in a runbook exists, with its flags', async () => {
  const commands = new Map<string, Set<string>>();
  const written = PAGES.flatMap(({ text }) =>
    [
      ...text.matchAll(
        /huaweicloud-backup-exporter ((?:(?:backups )?[a-z]+))((?: (?:--?[\w.-]+|[^\s`]+))*)/g,
      ),
    ].map(([, command = '', rest = '']) => ({ command, rest })),
  );
  for (const { command, rest } of written) {
    const flags = commands.get(command) ?? new Set();
    for (const [flag] of rest.matchAll(/--[a-z][a-z.-]+/g)) flags.add(flag);
    commands.set(command, flags);
  }

  expect([...commands.keys()].toSorted()).toEqual([
    'backups create',
    'backups export',
    'backups list',
    'check',
    'rules',
  ]);
  for (const [command, flags] of commands) {
    const help = await run(process.execPath, ['src/main.ts', ...command.split(' '), '--help']);
    expect(help.stdout).toContain(`huaweicloud-backup-exporter ${command}`);
    for (const flag of flags) expect(help.stdout).toMatch(new RegExp(`^  ${flag}( |$)`, 'm'));
  }
});

it('promtool accepts every query in a runbook', async () => {
  using directory = temporaryDirectory();
  const file = join(directory.path, 'queries.yml');
  const queries = PAGES.flatMap(({ text }) => codeIn(text, 'promql'));
  const rules = queries.map((expr, index) => ({ record: `query:number:${index}`, expr }));
  writeFileSync(file, stringify({ groups: [{ name: 'queries', rules }] }));

  const { stdout, stderr } = await run('promtool', ['check', 'rules', file]);

  expect(stderr).toBe('');
  expect(stdout).toContain(`SUCCESS: ${queries.length} rules found`);
});
