/** The median of numbers; NaN for none. */
export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** Runs all tasks in turn, round after round, so that a busy machine slows all of them equally. */
export async function interleave<Result>(
  rounds: number,
  tasks: ReadonlyMap<string, () => Promise<Result>>,
): Promise<ReadonlyMap<string, readonly Result[]>> {
  const results = new Map(Array.from(tasks.keys(), (name) => [name, [] as Result[]]));
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, task] of tasks) results.get(name)?.push(await task());
  }
  return results;
}

/** The median of the ratios of two measurements of each round; NaN if their numbers differ. */
export function medianRatio(of: readonly number[], to: readonly number[]): number {
  if (of.length !== to.length) return Number.NaN;
  return median(of.map((value, round) => value / (to[round] ?? Number.NaN)));
}
