/** The resource series of an exposition: what stands before a value, with the labels in order of their names. */
export type ResourceSeries = ReadonlyMap<string, number>;

const SAMPLE = /^(\w+)\{(.*)\} (\S+)$/;
const LABEL = /(\w+)="((?:[^"\\]|\\.)*)"/g;

const isOfResource = (line: string): boolean => line.includes('resource_id="');

/** Reads the resource series of a text exposition. */
export function readResourceSeries(text: string): ResourceSeries {
  const series = new Map<string, number>();
  for (const line of text.split('\n')) {
    if (line.startsWith('#') || !isOfResource(line)) continue;
    const [, name = '', labels = '', value] = SAMPLE.exec(line) ?? [];
    const pairs = Array.from(labels.matchAll(LABEL), ([pair]) => pair).sort();
    series.set(`${name}{${pairs.join(',')}}`, Number(value));
  }
  return series;
}

/** The part of a text exposition that tells of resources, with its metadata. */
export function resourcePart(text: string): string {
  const lines = text.split('\n');
  const families = new Set(lines.filter(isOfResource).map((line) => line.slice(0, line.indexOf('{'))));
  const kept = lines.filter(
    (line) => (line.startsWith('#') && families.has(line.split(' ')[2] ?? '')) || (!line.startsWith('#') && isOfResource(line)),
  );
  return `${kept.join('\n')}\n`;
}

/** Throws when one exposition lacks a series of the other, has one more, or gives another value. */
export function expectSameSeries(name: string, expected: ResourceSeries, seen: ResourceSeries): void {
  for (const [series, value] of expected) {
    if (seen.get(series) !== value) throw new Error(`${name} serves ${series} as ${seen.get(series)}, not ${value}`);
  }
  if (seen.size !== expected.size) {
    throw new Error(`${name} serves ${seen.size} resource series, not ${expected.size}`);
  }
}
