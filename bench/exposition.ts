/** The values of the resource series of an exposition, by name and sorted labels. */
export type ResourceSeries = ReadonlyMap<string, number>;

const SAMPLE = /^(\w+)\{(.*)\} (\S+)$/;
const LABEL = /(\w+)="((?:[^"\\]|\\.)*)"/g;

const isOfResource = (line: string): boolean => !line.startsWith('#') && line.includes('resource_id="');

/** Parses the resource series of a text exposition; throws for a duplicate or an invalid one. */
export function readResourceSeries(text: string): ResourceSeries {
  const series = new Map<string, number>();
  for (const line of text.split('\n')) {
    if (!isOfResource(line)) continue;
    const match = SAMPLE.exec(line);
    if (match === null) throw new Error(`not a sample: ${line}`);
    const [, name = '', labels = '', value] = match;
    const pairs = Array.from(labels.matchAll(LABEL), ([pair]) => pair).sort();
    const key = `${name}{${pairs.join(',')}}`;
    if (series.has(key)) throw new Error(`${key} is duplicated`);
    series.set(key, Number(value));
  }
  return series;
}

/** The resource series of a text exposition, with their metadata. */
export function resourcePart(text: string): string {
  const lines = text.split('\n');
  const families = new Set(lines.filter(isOfResource).map((line) => line.slice(0, line.indexOf('{'))));
  const kept = lines.filter((line) =>
    line.startsWith('#') ? families.has(line.split(' ')[2] ?? '') : isOfResource(line),
  );
  return `${kept.join('\n')}\n`;
}

/** Throws if the series or values of two expositions differ. */
export function expectSameSeries(name: string, expected: ResourceSeries, actual: ResourceSeries): void {
  for (const [series, value] of expected) {
    if (!Object.is(actual.get(series), value))
      throw new Error(`${name} serves ${series} as ${actual.get(series)}, not ${value}`);
  }
  for (const series of actual.keys()) {
    if (!expected.has(series)) throw new Error(`${name} serves ${series}, which the exporter does not`);
  }
}
