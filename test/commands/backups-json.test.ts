import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { showCall } from '../../src/commands/backups/change.ts';
import { writeJsonLine } from '../../src/commands/backups/list.ts';
import { type Followed, writeEnd, writeStart } from '../../src/commands/backups/wait.ts';
import type { OpenService } from '../../src/commands/session.ts';
import type { Terminal } from '../../src/commands/terminal.ts';
import { seconds } from '../../src/domain/quantities.ts';
import { succeeded } from '../support/backups.ts';
import { config, project, widgetService } from '../support/config.ts';
import { createFakeTerminal } from './fake-terminal.ts';

const page = readFileSync(new URL('../../docs/backups-json.md', import.meta.url), 'utf8');
const examples = [...page.matchAll(/```json\n([\s\S]*?)```/g)].map(([, text]) => text);

const id = '4c5f882d-a813-4d78-a1e3-6136914759d1';
const backup = {
  ...succeeded({
    id: '9c7f3a52-8e1b-4b57-a24d-3d9f1f4f6f10',
    resourceId: id,
    method: 'auto',
    start: 1_782_900_000,
    end: 1_782_900_054,
    size: 1_048_576,
    duration: 54,
  }),
  name: 'orders_20260701100000_auto',
};
const neverAborted = new AbortController().signal;
const neverConfirmed = () => Promise.reject(new Error('no confirmation expected'));
const service: OpenService = {
  project: project(),
  // The page shows a graph; nothing else of the service is printed.
  service: widgetService({ type: 'ges', endpoint: 'https://ges.cn-north-4.myhuaweicloud.com' }),
  client: {
    call: neverConfirmed,
    projectId: () => undefined,
    passwordExpiresAt: () => undefined,
    reload: () => undefined,
    close: () => Promise.resolve(),
  },
  configFile: undefined,
  backups: neverConfirmed,
  inventory: neverConfirmed,
};
const target = { ...service, resource: { id, name: 'orders' } };
const resultOn = (terminal: Terminal): Followed => ({
  session: { terminal, config: config(), interruption: { first: neverAborted, second: neverAborted } },
  target,
  started: { jobId: 'ff8080815f9a3c84015f9a438ff70001', backupId: undefined },
  what: 'the backup',
  flags: { json: true, waitTimeout: seconds(1) },
});

describe('the output of backups --json', () => {
  it('is the first example of its page for list', () => {
    expect(writeJsonLine({ ...target, backup })).toBe(examples[0]);
  });

  it('is the second example for an action', async () => {
    const terminal = createFakeTerminal();
    const result = resultOn(terminal);

    await writeStart(result);
    await writeEnd(result, { kind: 'succeeded', backup });

    expect(terminal.written()).toBe(examples[1]);
  });

  it('is the third example for a dry run', () => {
    const path = `/v2/{project_id}/graphs/${id}/backups`;
    const call = {
      operation: 'create_backup',
      method: 'POST',
      path,
      body: {},
      permission: undefined,
    } as const;
    const flags = { json: true, dryRun: true, waitTimeout: seconds(1) } as const;

    expect(showCall({ target, call }, flags)).toBe(examples[2]);
  });

  it('has only keys that its page documents', async () => {
    const terminal = createFakeTerminal();
    await writeEnd(resultOn(terminal), { kind: 'failed', reason: 'no space' }).catch(() => undefined);

    const lines = [...examples.join('').trim().split('\n'), terminal.written()];
    const keys = new Set(lines.flatMap((line) => Object.keys(JSON.parse(line))));
    const named = new Set(
      [...page.matchAll(/^\| (`.*?`) \|/gm)].flatMap(([, names = '']) => names.split(', ')),
    );

    expect([...keys].filter((key) => !named.has(`\`${key}\``))).toEqual([]);
    expect(keys.has('reason')).toBe(true);
  });
});
