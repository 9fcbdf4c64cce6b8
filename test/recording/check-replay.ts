import { expect, onTestFinished } from 'vitest';
import { stringify } from 'yaml';
import { replayFile } from '../../src/commands/demo.ts';
import { systemClock } from '../../src/domain/quantities.ts';
import { runCheck } from './check.ts';

interface CheckedResource {
  readonly states: readonly string[];
}

interface CheckedService {
  readonly service: string;
  /** A recording has more of them, because of the probes. */
  readonly contradictions?: unknown;
  readonly attention: readonly CheckedResource[];
  readonly outside_objective: readonly Readonly<Record<string, number | string>>[];
}

/** The output of check --json without names and times. */
export function verdictsIn(output: string) {
  return servicesIn(output).map(
    ({ attention, outside_objective: outside, contradictions: _, ...counts }) => ({
      ...counts,
      attention: attention.map(({ states }) => states.join(' ')).sort(),
      objectives: outside.map(({ rpo_seconds: objective }) => objective).sort(),
    }),
  );
}

/** The ages of resources outside their objectives, in seconds, sorted. */
function agesIn(output: string): readonly number[] {
  const { now_timestamp_seconds: now } = JSON.parse(output);
  const times = servicesIn(output).flatMap(({ outside_objective: outside }) =>
    outside.flatMap(({ created_timestamp_seconds: created, last_success_timestamp_seconds: success }) =>
      [created, success].filter((time) => time !== undefined),
    ),
  );
  return times.map((time) => now - Number(time)).sort((one, other) => one - other);
}

const servicesIn = (output: string): readonly CheckedService[] =>
  (
    JSON.parse(output) as { readonly projects: readonly { readonly services: readonly CheckedService[] }[] }
  ).projects.flatMap(({ services }) => services);

export function expectSame(replayed: string, original: string): void {
  expect(verdictsIn(replayed)).toEqual(verdictsIn(original));
  const [ages, originalAges] = [agesIn(replayed), agesIn(original)];
  expect(ages).toHaveLength(originalAges.length);
  for (const [index, age] of ages.entries()) {
    expect(Math.abs(age - (originalAges[index] ?? 0))).toBeLessThan(120);
  }
}

/** Runs check against a recording served by `demo --replay`. */
export async function checkReplay(path: string) {
  const { configuration, stop } = await replayFile(path, systemClock());
  onTestFinished(stop);
  return await runCheck(stringify(configuration), ['--json']);
}
