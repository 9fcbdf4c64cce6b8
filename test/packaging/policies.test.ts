import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { actionsFor, withPolicies } from '../../scripts/policies.ts';
import { callsOf, SERVICES } from '../../src/services/index.ts';
import { ROOT } from './containers.ts';

const page = withPolicies(readFileSync(join(ROOT, 'SECURITY.md'), 'utf8'));

describe('the policies in SECURITY.md', () => {
  it.each(['role', 'identity'] as const)('contain every action that a %s policy can grant', (system) => {
    const both = [...actionsFor('read', system), ...actionsFor('act', system)];
    const named = SERVICES.flatMap(callsOf).flatMap(({ call }) => call.permission ?? []);

    expect(new Set(both).size).toBe(both.length);
    for (const { role, identity } of named)
      expect(both).toContain(system === 'role' ? role : (identity ?? role));
    for (const action of both) expect(page).toContain(`"${action}"`);
  });

  it('let the first identity only read', () => {
    const readActions = [...actionsFor('read', 'role'), ...actionsFor('read', 'identity')];

    expect(
      readActions.filter((action) => /create|export|backupData|vaults:backup$|delete|update/i.test(action)),
    ).toEqual([]);
  });

  it('are valid JSON', () => {
    const blocks = [...page.matchAll(/```json\n((?:.*\n)*?)```/g)].map(
      ([, text = '']) => JSON.parse(text) as unknown,
    );

    expect(blocks.map((block) => (block as { Version?: string }).Version)).toEqual([
      '1.1',
      '5.0',
      '1.1',
      '5.0',
      undefined,
    ]);
  });
});
