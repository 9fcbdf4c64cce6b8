import { expect, it } from 'vitest';
import { alertGroups } from '../../alerts/rules.ts';
import { withThresholds } from '../../alerts/thresholds.ts';
import { allMutants } from './mutants.ts';
import { expects, failingRules, lengthOf, type RuleTest, ruleTests } from './rule-tests.ts';

const ONLY_EXISTENCE = 'only whether there is a value counts here, not which of the replicas gave it';

/** Mutants that behave as the rule does, each with the reason. */
const EQUIVALENT: Readonly<Record<string, string>> = {
  'Failed: 1 becomes 0.5': 'failures are counted in whole numbers',
  'Failed: max becomes min of rpo_seconds': ONLY_EXISTENCE,
  'FailingRepeatedly: max becomes min of rpo_seconds': ONLY_EXISTENCE,
  'Missing: max becomes min of rpo_seconds': ONLY_EXISTENCE,
  'Missing: max becomes min of last_success_timestamp_seconds': ONLY_EXISTENCE,
  'Stuck: max becomes min of rpo_seconds': ONLY_EXISTENCE,
  'ResourceGone: max becomes min of rpo_seconds': ONLY_EXISTENCE,
  'SizeDropped: max becomes min of rpo_seconds': ONLY_EXISTENCE,
  'Slow: max becomes min of rpo_seconds': ONLY_EXISTENCE,
  'AuthFailing: sum becomes max of polls_total': ONLY_EXISTENCE,
  'Stuck: resourceGap × 0.5': 'a running backup is remembered for exporterGap, which is shorter still',
  'Stuck: resourceGap × 2': 'a running backup is remembered for exporterGap, which is shorter',
  'SizeDropped: historyStep × 0.5': 'the median is the same, taken from more values',
  'SizeDropped: historyStep × 2': 'the median is the same, taken from fewer values',
  'Slow: historyStep × 0.5': 'the median is the same, taken from more values',
  'Slow: historyStep × 2': 'the median is the same, taken from fewer values',
  'DataStale: max becomes min of polls_total': 'all counters of a replica carry its one start',
  'RecordsRejected: 0 becomes 1': 'a counter that increases does so by at least one',
};

interface Outcome {
  readonly alert: string;
  readonly mutants: number;
  readonly survivors: readonly string[];
}

async function mutate(alert: string, tests: readonly RuleTest[]): Promise<Outcome> {
  const original = alertGroups(withThresholds())
    .flatMap(({ rules }) => rules)
    .filter((rule) => rule.alert === alert);
  const mutants = allMutants().filter(({ rule }) => rule.alert === alert);

  const failed = await failingRules(alert, [...original, ...mutants.map(({ rule }) => rule)], tests);

  if (original.length !== 1 || failed.has(0)) throw new Error(`${alert} fails its tests without a change`);
  return {
    alert,
    mutants: mutants.length,
    survivors: mutants.flatMap(({ name }, index) => (failed.has(index + 1) ? [] : [name])),
  };
}

/** The cases about an alert, those that kill most mutants for the least work first. */
function casesAbout(alert: string): readonly RuleTest[] {
  const isFiring = (test: RuleTest) => (expects(test, alert) ? 1 : 0);
  return ruleTests()
    .filter((test) => test.content.promql_expr_test !== undefined)
    .filter(
      (test) => expects(test, alert) || test.content.name.includes(alert.replace('HuaweiCloudBackup', '')),
    )
    .sort((a, b) => isFiring(b) - isFiring(a) || lengthOf(a) - lengthOf(b));
}

it('the tests of the rules notice every change to a rule, but those that change nothing', {
  timeout: 600_000,
}, async () => {
  const start = performance.now();
  const waiting = alertGroups(withThresholds()).flatMap(({ rules }) => rules.map(({ alert }) => alert));
  const outcomes: Outcome[] = [];

  const work = async () => {
    for (let alert = waiting.pop(); alert !== undefined; alert = waiting.pop()) {
      outcomes.push(await mutate(alert, casesAbout(alert)));
    }
  };
  await Promise.all([work(), work()]);

  const total = outcomes.reduce((sum, { mutants }) => sum + mutants, 0);
  const survivors = outcomes.flatMap((outcome) => outcome.survivors);
  process.stdout.write(
    `${outcomes
      .toSorted((a, b) => a.alert.localeCompare(b.alert))
      .map((outcome) => {
        const killed = outcome.mutants - outcome.survivors.length;
        return `${outcome.alert.padEnd(40)}${String(killed).padStart(4)} of ${outcome.mutants} mutants killed\n`;
      })
      .join(
        '',
      )}Rules: ${total - survivors.length} of ${total} mutants killed, ${survivors.length} equivalent, ${Math.round((performance.now() - start) / 1000)} s\n`,
  );
  expect(survivors.toSorted()).toEqual(Object.keys(EQUIVALENT).toSorted());
});
