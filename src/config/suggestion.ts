const plain = (word: string): string => word.toLowerCase().replaceAll(/[^a-z0-9]/g, '');

/** The edit distance of two words: letters added, removed, replaced or swapped with their neighbour. */
const distance = (from: string, to: string): number => {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const same = from[row - 1] === to[column - 1];
      const cheapest = Math.min(
        (previous[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (previous[column - 1] ?? 0) + (same ? 0 : 1),
      );
      const swapped = row > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      current.push(swapped ? Math.min(cheapest, (beforePrevious[column - 2] ?? 0) + 1) : cheapest);
    }
    beforePrevious = previous;
    previous = current;
  }
  return previous[to.length] ?? 0;
};

const LONGEST_WORD = 64;
const SHORTEST_BEGINNING = 4;

/**
 * The one of `known` that `word` probably means: a typo away, or one is the beginning of the other. Undefined if it
 * could be several.
 */
export const nearest = (word: string, known: readonly string[]): string | undefined => {
  if (word.length > LONGEST_WORD) return undefined;
  const wanted = plain(word);
  const [best, second] = [...new Set(known)]
    .map((candidate) => ({ candidate, steps: distance(wanted, plain(candidate)) }))
    .filter(({ candidate, steps }) => steps <= Math.max(1, Math.floor(candidate.length / 3)))
    .toSorted((one, other) => one.steps - other.steps);
  if (best !== undefined) return best.steps === second?.steps ? undefined : best.candidate;
  const isBeginning = (name: string): boolean =>
    Math.min(name.length, wanted.length) >= SHORTEST_BEGINNING &&
    (name.startsWith(wanted) || wanted.startsWith(name));
  const [shortest, ...others] = known
    .filter((candidate) => isBeginning(plain(candidate)))
    .toSorted((one, other) => one.length - other.length);
  const isOfAll = others.every((other) => plain(other).startsWith(plain(shortest ?? '')));
  return isOfAll ? shortest : undefined;
};

/** ` (did you mean poll?)`, or nothing without a similar word. */
export const didYouMean = (word: string, known: readonly string[]): string => {
  const meant = nearest(word, known);
  return meant === undefined ? '' : ` (did you mean ${meant}?)`;
};

/** `one of a, b, c`; a single word as it is. */
export const oneWordOf = (words: readonly string[]): string =>
  `${words.length > 1 ? 'one of ' : ''}${words.join(', ')}`;
