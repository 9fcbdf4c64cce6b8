import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { METRICS } from '../../src/metrics/catalogue.ts';
import { PROJECT, run, temporaryDirectory } from './tools.ts';

const DIRECTORY = join(PROJECT, 'docs/runbooks');
const PAGES = readdirSync(DIRECTORY).map((name) => ({
  name,
  text: readFileSync(join(DIRECTORY, name), 'utf8'),
}));

const codeIn = (text: string, language: string) =>
  [...text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)\\n\`\`\`$`, 'gms'))].map(([, code]) => code ?? '');

describe.each(PAGES)('$name', ({ text }) => {
  it('says what it means, what to look at and what to do', () => {
    expect(text.match(/^## .*$/gm)).toEqual(['## What it means', '## What to look at', '## What to do']);
  });

  it('names only metrics that are exported', () => {
    const exported = METRICS.map(({ name }) => name);

    const named = [...text.matchAll(/\bhuaweicloud_backup_\w+/g)].map(([metric]) => metric);

    expect(named.filter((metric) => !exported.includes(metric))).toEqual([]);
  });

  it('links only to pages that exist', () => {
    const linked = [...text.matchAll(/\]\(([^)]+)\)/g)].map(([, target]) => target);

    expect(linked.filter((target) => !PAGES.some(({ name }) => name === target))).toEqual([]);
  });
});

it('every command in a runbook is one that the product has, with flags that it has', async () => {
  const commands = new Map<string, Set<string>>();
  for (const line of PAGES.flatMap(({ text }) => codeIn(text, 'sh'))) {
    const [, command, rest] = /^huaweicloud-backup-exporter ((?:[a-z]+ )+)(.*)$/.exec(line) ?? [];
    if (command === undefined) continue;
    const flags = commands.get(command) ?? new Set();
    for (const [flag] of (rest ?? '').matchAll(/--[a-z.-]+/g)) flags.add(flag);
    commands.set(command, flags);
  }

  expect([...commands.keys()].toSorted()).toEqual([
    'backups create ',
    'backups export ',
    'backups list ',
    'check ',
  ]);
  for (const [command, flags] of commands) {
    const help = await run(process.execPath, ['src/main.ts', ...command.trim().split(' '), '--help']);
    expect(help.stdout).toContain(`huaweicloud-backup-exporter ${command}`);
    for (const flag of flags) expect(help.stdout).toMatch(new RegExp(`^  ${flag}( |$)`, 'm'));
  }
});

it('every flag of the rules that a runbook names exists', async () => {
  const named = PAGES.flatMap(({ text }) => [...text.matchAll(/npm run alerts -- (--[a-z-]+)/g)]);
  const help = await run(process.execPath, ['alerts/generate.ts', '--help']);

  const unknown = named.map(([, flag]) => flag).filter((flag) => !help.stdout.includes(`  ${flag} <value>`));

  expect(named.length).toBeGreaterThan(2);
  expect(unknown).toEqual([]);
});

it('promtool can read every query in a runbook', async () => {
  using directory = temporaryDirectory();
  const file = join(directory.path, 'queries.yml');
  const queries = PAGES.flatMap(({ text }) => codeIn(text, 'promql'));
  const rules = queries.map((expr, index) => ({ record: `query:number:${index}`, expr }));
  writeFileSync(file, stringify({ groups: [{ name: 'queries', rules }] }));

  const { stdout, stderr } = await run('promtool', ['check', 'rules', file]);

  expect(stderr).toBe('');
  expect(stdout).toContain(`SUCCESS: ${queries.length} rules found`);
});
