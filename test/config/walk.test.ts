import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Document } from 'yaml';
import { interpret } from '../../src/config/interpret.ts';
import { formatProblem, pathText } from '../../src/config/problem.ts';
import { settingsSchema } from '../../src/config/schema.ts';
import { machineFiles } from '../../src/config/text-file.ts';
import { walkSettings } from '../../src/config/walk.ts';
import { yamlDocument } from '../../src/config/yaml-text.ts';

const optional = <Value>(arbitrary: fc.Arbitrary<Value>) => fc.option(arbitrary, { nil: undefined });

/** Mostly right, now and then wrong. */
const mostly = (right: readonly unknown[], wrong: readonly unknown[]) =>
  fc.oneof(
    { weight: 30, arbitrary: fc.constantFrom(...right) },
    { weight: 1, arbitrary: fc.constantFrom(...wrong) },
  );

const filter = fc.record({
  resource_name: optional(mostly(['^a'], ['[', ''])),
  resource_id: mostly(['b$'], [true]),
});

const credentials = fc.oneof(
  fc.record({
    type: mostly(['password'], ['passwort', true]),
    user: mostly(['u'], ['', true]),
    domain: fc.constant('d'),
    password_file: mostly(['file'], ['', {}]),
  }),
  fc.record({ type: fc.constant('ecs-agency'), extra: mostly([undefined], [1]) }),
  fc.record({ type: fc.constant('oidc'), idp_id: fc.constant('i'), token_file: mostly(['f'], [undefined]) }),
);

const service = fc.record({
  type: mostly(['ges', 'gaussdb-mysql'], ['rds', undefined]),
  endpoint: optional(mostly(['https://a', 'http://127.0.0.1'], ['http://a'])),
  include: optional(filter),
  inventory: optional(mostly([true, false], ['no'])),
});

const settings = fc.record({
  poll: optional(
    fc.record({
      interval: optional(mostly(['1s', '5m'], ['31m', 5])),
      concurrency: optional(mostly([1, 64], [0, 1.5])),
    }),
  ),
  rpo: optional(fc.record({ default: optional(mostly(['none', 'policy', '26h'], ['x'])) })),
  projects: fc.array(
    fc.record({
      name: optional(mostly(['a'], [' '])),
      region: mostly(['r1'], ['r_1', undefined]),
      credentials,
      services: fc.array(service, { minLength: 1, maxLength: 2 }),
    }),
    { maxLength: 2 },
  ),
});

describe('the walk through a document', () => {
  it('finds a mistake exactly where the schema does, and reads the same settings', () => {
    let right = 0;
    fc.assert(
      fc.property(settings, (value) => {
        const document = yamlDocument(new Document(value), undefined);
        const expected = settingsSchema.safeParse(JSON.parse(JSON.stringify(value)));

        const walked = walkSettings(document);

        expect(walked.findings.length === 0).toBe(expected.success);
        if (!expected.success) return;
        right += 1;
        expect(walked.settings).toEqual(expected.data);
      }),
      { numRuns: 500 },
    );
    expect(right).toBeGreaterThan(50);
    expect(right).toBeLessThan(450);
  });
});

it('tells what it found even when nobody trusts it, rather than go on without', () => {
  const origin = {
    file: 'origin',
    nameOf: pathText,
    originOf: pathText,
    locate: (file: string) => file,
    files: machineFiles,
    trusts: () => false,
    whole: true,
  };

  const result = interpret(yamlDocument(new Document({ poll: {} }), undefined), origin, []);

  expect(result.ok ? [] : result.problems.map(formatProblem)).toEqual([
    'origin: projects: missing; allowed: a list, each item after "- "',
  ]);
});
