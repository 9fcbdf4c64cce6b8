/** Chance that comes out the same for the same seed. */
export interface Chance {
  /** In [0, 1). */
  readonly draw: () => number;
  readonly happens: (probability: number) => boolean;
  readonly pick: <Value>(values: readonly [Value, ...Value[]]) => Value;
}

/** Mulberry32, a generator of 32 bits: even enough to pick faults with. */
export function createChance(seed: number): Chance {
  let state = seed | 0;
  const draw = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    draw,
    happens: (probability) => draw() < probability,
    pick: (values) => values[Math.floor(draw() * values.length)] ?? values[0],
  };
}
