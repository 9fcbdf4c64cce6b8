import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { asDuration, secondsOf } from '../../alerts/duration.ts';
import { ruleEntry } from '../../alerts/render.ts';
import type { AlertRule } from '../../alerts/rule.ts';
import { withThresholds } from '../../alerts/thresholds.ts';
import { PROJECT, run, temporaryDirectory } from './tools.ts';

const Expected = z.strictObject({ labels: z.string(), value: z.literal(1) });
const Case = z.strictObject({
  name: z.string(),
  interval: z.string(),
  input_series: z.array(z.strictObject({ series: z.string(), values: z.string() })),
  promql_expr_test: z
    .array(
      z.strictObject({
        expr: z.enum(['ALERTS{alertstate="firing"}', 'ALERTS{alertstate="pending"}']),
        eval_time: z.string(),
        exp_samples: z.array(Expected),
      }),
    )
    .optional(),
  alert_rule_test: z
    .array(
      z.strictObject({
        alertname: z.string(),
        eval_time: z.string(),
        exp_alerts: z.array(z.strictObject({ exp_labels: z.unknown(), exp_annotations: z.unknown() })),
      }),
    )
    .optional(),
});
const TestFile = z.strictObject({
  rule_files: z.array(z.string()),
  evaluation_interval: z.string(),
  tests: z.array(Case),
});

/** One case of a test file, as promtool reads it. */
export interface RuleTest {
  readonly file: string;
  readonly evaluationInterval: string;
  readonly content: z.infer<typeof Case>;
}

/** The names of the files with tests of rules, from the project's directory. */
export function testFiles(): readonly string[] {
  return readdirSync(join(PROJECT, 'alerts'))
    .filter((name) => name.endsWith('.test.yml'))
    .sort()
    .map((name) => `alerts/${name}`);
}

/** Every case of every test file. */
export function ruleTests(): readonly RuleTest[] {
  return testFiles().flatMap((file) => {
    const content = TestFile.parse(parse(readFileSync(join(PROJECT, file), 'utf8')));
    return content.tests.map((test) => ({
      file,
      evaluationInterval: content.evaluation_interval,
      content: test,
    }));
  });
}

/** Whether a case expects this alert at some time. */
export function expects(test: RuleTest, alert: string): boolean {
  return (test.content.promql_expr_test ?? []).some(({ exp_samples }) =>
    exp_samples.some(({ labels }) => labels.includes(`alertname="${alert}"`)),
  );
}

/** Whether a case expects at some time that this alert does not fire. */
export function expectsSilence(test: RuleTest, alert: string): boolean {
  return (test.content.promql_expr_test ?? []).some(({ exp_samples }) =>
    exp_samples.every(({ labels }) => !labels.includes(`alertname="${alert}"`)),
  );
}

/** The number of evaluations that a case takes. */
export function lengthOf({ content, evaluationInterval }: RuleTest): number {
  const times = (content.promql_expr_test ?? []).map(({ eval_time }) => secondsOf(asDuration(eval_time)));
  return Math.max(0, ...times) / secondsOf(asDuration(evaluationInterval));
}

/**
 * Runs cases against rules that all stand in for one alert, case after case. Returns the numbers of the
 * rules that did not behave as a case expects of that alert, or that could not be evaluated.
 */
export async function failingRules(
  alert: string,
  rules: readonly AlertRule[],
  tests: readonly RuleTest[],
): Promise<ReadonlySet<number>> {
  const failed = new Set<number>();
  for (const test of tests) {
    // A rule that cannot be evaluated ends the case for all others: it is taken out, the rest runs again.
    for (let isBroken = true; isBroken; ) {
      const left = [...rules.keys()].filter((index) => !failed.has(index));
      if (left.length === 0) return failed;
      const output = await runCase(alert, rules, left, test);
      const broken = numbersIn(output, /rule: \w+__(\d+), time: /g);
      isBroken = broken.size > 0;
      for (const index of isBroken ? broken : numbersIn(output, /\w+__(\d+)\\"/g)) failed.add(index);
    }
  }
  return failed;
}

async function runCase(
  alert: string,
  rules: readonly AlertRule[],
  indexes: readonly number[],
  { content, evaluationInterval }: RuleTest,
): Promise<string> {
  using directory = temporaryDirectory();
  const thresholds = withThresholds();
  const nameOf = (index: number) => `${alert}__${index}`;
  const entries = indexes.flatMap((index) => {
    const rule = rules[index];
    return rule === undefined ? [] : [{ ...ruleEntry(rule, thresholds), alert: nameOf(index) }];
  });
  const samplesOf = (samples: readonly z.infer<typeof Expected>[], index: number) =>
    samples
      .filter(({ labels }) => labels.includes(`alertname="${alert}"`))
      .map(({ labels, value }) => ({
        labels: labels.replace(`alertname="${alert}"`, `alertname="${nameOf(index)}"`),
        value,
      }));
  writeFileSync(
    join(directory.path, 'rules.yml'),
    stringify({ groups: [{ name: 'mutants', rules: entries }] }, { lineWidth: 0 }),
  );
  writeFileSync(
    join(directory.path, 'test.yml'),
    JSON.stringify({
      rule_files: ['rules.yml'],
      evaluation_interval: evaluationInterval,
      tests: [
        {
          ...content,
          promql_expr_test: (content.promql_expr_test ?? []).flatMap(({ expr, eval_time, exp_samples }) =>
            indexes.map((index) => ({
              expr: expr.replace('{', `{alertname="${nameOf(index)}",`),
              eval_time,
              exp_samples: samplesOf(exp_samples, index),
            })),
          ),
        },
      ],
    }),
  );
  const { code, stdout, stderr } = await run('promtool', ['test', 'rules', 'test.yml'], directory.path);
  const output = `${stdout}${stderr}`;
  if (code !== 0 && !output.includes('FAILED'))
    throw new Error(`promtool could not run the cases: ${output}`);
  return output;
}

function numbersIn(text: string, pattern: RegExp): Set<number> {
  return new Set([...text.matchAll(pattern)].map((match) => Number(match[1])));
}
