/** The middle of the given numbers; NaN for none. */
export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** Runs the work of each contestant in turn, round after round, so that a busy machine slows all of them alike. */
export async function interleave<Result>(
  rounds: number,
  contestants: ReadonlyMap<string, () => Promise<Result>>,
): Promise<ReadonlyMap<string, readonly Result[]>> {
  const results = new Map(Array.from(contestants.keys(), (name) => [name, [] as Result[]]));
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, work] of contestants) results.get(name)?.push(await work());
  }
  return results;
}

/** The ratio of two measurements of the same round, in the middle of all rounds; NaN unless there are as many of both. */
export function medianRatio(of: readonly number[], to: readonly number[]): number {
  if (of.length !== to.length) return Number.NaN;
  return median(of.map((value, round) => value / (to[round] ?? Number.NaN)));
}
