/** The resource series of an exposition: what stands before a value, with the labels in order of their names. */
export type ResourceSeries = ReadonlyMap<string, number>;

const SAMPLE = /^(\w+)\{(.*)\} (\S+)$/;
const LABEL = /(\w+)="((?:[^"\\]|\\.)*)"/g;

const isOfResource = (line: string): boolean => !line.startsWith('#') && line.includes('resource_id="');

/** Reads the resource series of a text exposition; throws for one that comes twice or cannot be read. */
export function readResourceSeries(text: string): ResourceSeries {
  const series = new Map<string, number>();
  for (const line of text.split('\n')) {
    if (!isOfResource(line)) continue;
    const match = SAMPLE.exec(line);
    if (match === null) throw new Error(`not a sample: ${line}`);
    const [, name = '', labels = '', value] = match;
    const pairs = Array.from(labels.matchAll(LABEL), ([pair]) => pair).sort();
    const key = `${name}{${pairs.join(',')}}`;
    if (series.has(key)) throw new Error(`${key} comes twice`);
    series.set(key, Number(value));
  }
  return series;
}

/** The part of a text exposition that tells of resources, with its metadata. */
export function resourcePart(text: string): string {
  const lines = text.split('\n');
  const families = new Set(lines.filter(isOfResource).map((line) => line.slice(0, line.indexOf('{'))));
  const kept = lines.filter((line) =>
    line.startsWith('#') ? families.has(line.split(' ')[2] ?? '') : isOfResource(line),
  );
  return `${kept.join('\n')}\n`;
}

/** Throws when one exposition lacks a series of the other, has one more, or gives another value. */
export function expectSameSeries(name: string, expected: ResourceSeries, seen: ResourceSeries): void {
  for (const [series, value] of expected) {
    if (!Object.is(seen.get(series), value))
      throw new Error(`${name} serves ${series} as ${seen.get(series)}, not ${value}`);
  }
  for (const series of seen.keys()) {
    if (!expected.has(series)) throw new Error(`${name} serves ${series}, which the exporter does not`);
  }
}
