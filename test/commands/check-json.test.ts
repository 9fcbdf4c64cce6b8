import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkJson, offlineJson } from '../../src/commands/check/json.ts';
import { type ProjectCheck, summarize } from '../../src/commands/check/results.ts';
import { parseConfig } from '../../src/config/load.ts';
import { unixSeconds } from '../../src/domain/quantities.ts';
import { REJECTION_REASONS } from '../../src/pagination/list.ts';
import { ONE } from '../support/examples.ts';
import { graph, NOW, neverBackedUp, project, service } from './project-checks.ts';

const page = readFileSync(new URL('../../docs/check-json.md', import.meta.url), 'utf8');
const printed = (projects: readonly ProjectCheck[], strict = false): string =>
  checkJson(projects, summarize(projects, strict), NOW);

const documented = [
  project({
    passwordExpires: unixSeconds(NOW + 30 * 86_400),
    services: [
      service({
        backups: 83,
        resources: [
          graph(),
          graph({
            resourceId: '5e3a321a-9b88-4f03-9840-be1057f229c7',
            resourceName: 'customers',
            lastSuccess: unixSeconds(NOW - 4 * 86_400),
          }),
          neverBackedUp(),
          graph({ objective: undefined }),
        ],
        rejectedRows: { time: 1 },
        excluded: 2,
      }),
      service({
        service: 'gaussdb-mysql',
        resources: undefined,
        backups: undefined,
        problems: [
          'cannot list backups: gaussdb.cn-north-4.myhuaweicloud.com returned 403 DBS.200010 "No permission."; grant gaussdb:backup:list to the user or agency',
        ],
      }),
    ],
  }),
  project({
    project: 'test',
    region: 'eu-de',
    credentials: {
      kind: 'failed',
      reason:
        'cannot sign in: iam.eu-de.otc.t-systems.com returned 401 "Wrong password."; check user, domain and password (the file /run/secrets/password)',
    },
    services: [service({ resources: undefined, backups: undefined, problems: [] })],
  }),
];

const keysIn = (value: unknown): readonly string[] => {
  if (Array.isArray(value)) return value.flatMap(keysIn);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [key, ...keysIn(inner)]);
};

describe('the output of check --json', () => {
  it('is the example on its page', () => {
    const [, example = ''] = /```json\n(\{\n[\s\S]*?\n\})\n```/.exec(page) ?? [];

    expect(printed(documented)).toBe(`${example}\n`);
  });

  it('has only keys that its page documents', () => {
    const config = parseConfig(
      `{"projects":[{"name":"prod","region":"cn-north-4","credentials":{"type":"ecs-agency"},"services":[{"type":"${ONE}"}]}]}`,
      'config.yml',
    );
    if (!config.ok) throw new Error('the configuration is not valid');
    const keys = new Set(
      [printed(documented), offlineJson(config.config)].flatMap((text) => keysIn(JSON.parse(text))),
    );

    const reasons: readonly string[] = REJECTION_REASONS;
    const named = new Set(
      [...page.matchAll(/^\| (`.*?`) \|/gm)].flatMap(([, names = '']) => names.split(', ')),
    );
    const explained = [...keys].filter((key) => named.has(`\`${key}\``) || reasons.includes(key));

    expect(explained).toEqual([...keys]);
  });

  it('omits unknown values', () => {
    const [unread] = JSON.parse(
      printed([project({ services: [service({ resources: undefined, backups: undefined })] })]),
    ).projects[0].services;

    for (const key of ['resources', 'backups', 'never_backed_up', 'no_objective', 'outside_objective']) {
      expect(unread).not.toHaveProperty(key);
    }
  });

  it.each([
    { strict: false, passed: true },
    { strict: true, passed: false },
  ])('has passed: $passed with a stale resource and strict: $strict', ({ strict, passed }) => {
    const stale = service({ resources: [graph({ lastSuccess: unixSeconds(1) })] });

    expect(JSON.parse(printed([project({ services: [stale] })], strict))).toMatchObject({
      passed,
      strict,
      outside_objective: 1,
      projects: [{ passed, services: [{ passed }] }],
    });
  });
});
