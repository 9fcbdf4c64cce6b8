/** The used part of a profile of `node --cpu-prof`. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: {
      readonly functionName: string;
      readonly url: string;
      /** From 0; -1 for none. */
      readonly lineNumber: number;
    };
    readonly children?: readonly number[];
  }[];
  /** The node that was running, for each sample. */
  readonly samples: readonly number[];
  /** Microseconds before each sample. */
  readonly timeDeltas: readonly number[];
}

/** The functions with the largest shares of the time that was not idle, by self time and by total time. */
export function heaviest({ nodes, samples, timeDeltas }: CpuProfile, shown: number): string {
  const names = new Map(nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]));
  const parents = new Map(
    nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)),
  );
  const self = new Map<string, number>();
  const totals = new Map<string, number>();
  let total = 0;
  for (const [index, node] of samples.entries()) {
    const name = names.get(node) ?? '';
    if (name === '(idle)') continue;
    const duration = timeDeltas[index] ?? 0;
    total += duration;
    addTo(self, name, duration);
    for (const each of callers(node, parents, names)) addTo(totals, each, duration);
  }
  const list = (durations: ReadonlyMap<string, number>): string =>
    Array.from(durations)
      .toSorted(([, one], [, other]) => other - one)
      .slice(0, shown)
      .map(([name, duration]) => `${((duration / total) * 100).toFixed(1).padStart(6)} %  ${name}`)
      .join('\n');
  return `self time:\n${list(self)}\ntotal time:\n${list(totals)}`;
}

/** The function and its callers, each once even if it recurses. */
function callers(
  node: number,
  parents: ReadonlyMap<number, number>,
  names: ReadonlyMap<number, string>,
): ReadonlySet<string> {
  const seen = new Set<string>();
  for (let at: number | undefined = node; at !== undefined; at = parents.get(at))
    seen.add(names.get(at) ?? '');
  return seen;
}

const addTo = (durations: Map<string, number>, name: string, duration: number): void =>
  void durations.set(name, (durations.get(name) ?? 0) + duration);

function nameOf({ functionName, url, lineNumber }: CpuProfile['nodes'][number]['callFrame']): string {
  const name = functionName === '' ? '(anonymous)' : functionName;
  if (url === '') return name;
  return `${name} ${url.replace(/^.*\/(?:dist|src|node_modules)\//, '')}:${lineNumber + 1}`;
}
