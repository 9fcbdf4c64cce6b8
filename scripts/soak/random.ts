/** Pseudo-random choices, the same for the same seed. */
export interface Random {
  /** In [0, 1). */
  readonly draw: () => number;
  readonly happens: (probability: number) => boolean;
  readonly pick: <Value>(values: readonly [Value, ...Value[]]) => Value;
}

/** Mulberry32, a 32-bit generator: good enough for choosing faults. */
export function createRandom(seed: number): Random {
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
