/** A sample of an exposition. */
export interface ParsedSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A family of samples with its metadata. */
export interface ParsedFamily {
  readonly name: string;
  readonly type: string;
  readonly unit: string | undefined;
  readonly help: string;
  readonly samples: readonly ParsedSample[];
}

interface OpenFamily extends ParsedFamily {
  readonly samples: ParsedSample[];
}

const METRIC_NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
const NUMBER = /^(?:[+-]?Inf|NaN|[+-]?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?)$/;

const OPENMETRICS_SUFFIXES: Readonly<Record<string, readonly string[]>> = {
  gauge: [''],
  counter: ['_total'],
  histogram: ['_bucket', '_count', '_sum'],
};
const TEXT_SUFFIXES: Readonly<Record<string, readonly string[]>> = { ...OPENMETRICS_SUFFIXES, counter: [''] };

/** Parses OpenMetrics 1.0; throws at the first violation of the standard. */
export function parseOpenMetrics(text: string): readonly ParsedFamily[] {
  const ending = '# EOF\n';
  if (!text.endsWith(ending)) throw new Error('the exposition does not end with # EOF');
  const families = parseFamilies(
    text.slice(0, -ending.length),
    OPENMETRICS_SUFFIXES,
    readOpenMetricsMetadata,
  );
  for (const { name, unit, type, samples } of families) {
    if (unit !== undefined && !name.endsWith(`_${unit}`)) throw new Error(`${name} does not end in its unit`);
    if (type === 'counter' && name.endsWith('_total')) throw new Error(`the family ${name} ends in _total`);
    if (type === 'counter' && !samples.every(({ value }) => value >= 0))
      throw new Error(`${name} is negative`);
  }
  return families;
}

/** Parses the text format 0.0.4; throws at the first error. */
export function parseText(text: string): readonly ParsedFamily[] {
  return parseFamilies(text, TEXT_SUFFIXES, readTextMetadata);
}

/** The samples of all families. */
export const samplesOf = (families: readonly ParsedFamily[]): readonly ParsedSample[] =>
  families.flatMap(({ samples }) => samples);

/** Identifies a series. */
export const seriesKey = ({ name, labels }: ParsedSample): string =>
  JSON.stringify([name, ...Object.entries(labels).sort()]);

interface Metadata {
  readonly family: Omit<OpenFamily, 'samples'>;
  readonly lines: number;
}

function parseFamilies(
  text: string,
  suffixes: Readonly<Record<string, readonly string[]>>,
  readMetadata: (lines: readonly string[], at: number) => Metadata,
): readonly ParsedFamily[] {
  if (text === '') return [];
  if (!text.endsWith('\n')) throw new Error('the last line has no newline');
  const lines = text.slice(0, -1).split('\n');
  const families = new Map<string, OpenFamily>();
  const series = new Set<string>();
  let current: OpenFamily | undefined;
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    if (line.startsWith('#')) {
      const { family, lines: taken } = readMetadata(lines, at);
      if (families.has(family.name)) throw new Error(`line ${at + 1}: ${family.name} occurs twice`);
      if (suffixes[family.type] === undefined) throw new Error(`line ${at + 1}: unknown type ${family.type}`);
      current = { ...family, samples: [] };
      families.set(family.name, current);
      at += taken - 1;
      continue;
    }
    const sample = parseSample(line, at + 1);
    if (!belongs(sample.name, current, suffixes)) {
      throw new Error(`line ${at + 1}: ${sample.name} is not a sample of ${current?.name}`);
    }
    if (series.has(seriesKey(sample))) throw new Error(`line ${at + 1}: ${line} is there twice`);
    series.add(seriesKey(sample));
    current?.samples.push(sample);
  }
  for (const family of families.values()) if (family.type === 'histogram') checkHistogram(family);
  return [...families.values()];
}

function belongs(
  name: string,
  family: OpenFamily | undefined,
  suffixes: Readonly<Record<string, readonly string[]>>,
): boolean {
  if (family === undefined) return false;
  return (suffixes[family.type] ?? []).some((suffix) => name === family.name + suffix);
}

function metadataLine(line: string | undefined, keyword: string, at: number): readonly [string, string] {
  const prefix = `# ${keyword} `;
  if (line?.startsWith(prefix) !== true) throw new Error(`line ${at}: ${line} should be ${keyword}`);
  const rest = line.slice(prefix.length);
  const blank = rest.indexOf(' ');
  const name = blank < 0 ? rest : rest.slice(0, blank);
  if (!METRIC_NAME.test(name)) throw new Error(`line ${at}: ${name} is not a metric name`);
  return [name, blank < 0 ? '' : rest.slice(blank + 1)];
}

function readOpenMetricsMetadata(lines: readonly string[], at: number): Metadata {
  const [name, type] = metadataLine(lines[at], 'TYPE', at + 1);
  const hasUnit = lines[at + 1]?.startsWith('# UNIT ') === true;
  const [unitName, unit] = hasUnit ? metadataLine(lines[at + 1], 'UNIT', at + 2) : [name, undefined];
  const helpAt = at + (hasUnit ? 2 : 1);
  const [helpName, help] = metadataLine(lines[helpAt], 'HELP', helpAt + 1);
  if (unitName !== name || helpName !== name) throw new Error(`line ${at + 1}: metadata of several families`);
  return {
    family: { name, type, unit, help: unescaped(help, '\\n"', at + 1) },
    lines: hasUnit ? 3 : 2,
  };
}

function readTextMetadata(lines: readonly string[], at: number): Metadata {
  const [name, help] = metadataLine(lines[at], 'HELP', at + 1);
  const [typeName, type] = metadataLine(lines[at + 1], 'TYPE', at + 2);
  if (typeName !== name) throw new Error(`line ${at + 1}: metadata of several families`);
  return { family: { name, type, unit: undefined, help: unescaped(help, '\\n', at + 1) }, lines: 2 };
}

function unescaped(text: string, escapable: string, line: number): string {
  return text.replaceAll(/\\(.?)/gs, (whole, escaped: string) => {
    if (escaped === '' || !escapable.includes(escaped))
      throw new Error(`line ${line}: ${whole} is not an escape`);
    return escaped === 'n' ? '\n' : escaped;
  });
}

const LABELLED = /^([^{ ]+)\{(.*)\} ([^ ]+)$/s;
const UNLABELLED = /^([^{ ]+) ([^ ]+)$/;

function parseSample(line: string, at: number): ParsedSample {
  const labelled = LABELLED.exec(line);
  const [name = '', value = ''] = labelled
    ? [labelled[1], labelled[3]]
    : (UNLABELLED.exec(line)?.slice(1) ?? []);
  if (!METRIC_NAME.test(name)) throw new Error(`line ${at}: ${line} does not start with a metric name`);
  if (!NUMBER.test(value)) throw new Error(`line ${at}: ${value} is not a number`);
  return { name, labels: parseLabels(labelled?.[2], at), value: Number(value.replace('Inf', 'Infinity')) };
}

function parseLabels(text: string | undefined, at: number): Readonly<Record<string, string>> {
  const labels = new Map<string, string>();
  if (text === undefined) return {};
  const label = /([^=",]+)="((?:[^"\\]|\\.)*)"(,|$)/sy;
  for (;;) {
    const from = label.lastIndex;
    const match = label.exec(text);
    if (match === null) throw new Error(`line ${at}: invalid labels at ${text.slice(from, from + 40)}`);
    const [, name = '', value = '', separator] = match;
    if (!LABEL_NAME.test(name)) throw new Error(`line ${at}: ${name} is not a label name`);
    if (labels.has(name)) throw new Error(`line ${at}: the label ${name} is there twice`);
    if (!value.isWellFormed()) throw new Error(`line ${at}: the label ${name} is not UTF-8`);
    labels.set(name, unescaped(value, '\\n"', at));
    if (separator === '') return Object.fromEntries(labels);
  }
}

function checkHistogram({ name, samples }: ParsedFamily): void {
  const groups = Map.groupBy(samples, ({ labels: { le: _bound, ...others } }) => JSON.stringify(others));
  for (const group of groups.values()) {
    const buckets = group.filter((sample) => sample.name === `${name}_bucket`);
    const bounds = buckets.map(({ labels }) => Number(labels['le']?.replace('Inf', 'Infinity')));
    const counts = buckets.map(({ value }) => value);
    const total = group.find((sample) => sample.name === `${name}_count`)?.value;
    const rises = (values: readonly number[]) =>
      values.every((value, n) => n === 0 || value >= (values[n - 1] ?? 0));
    if (!rises(bounds) || !rises(counts) || bounds.at(-1) !== Infinity || counts.at(-1) !== total) {
      throw new Error(`${name}: the buckets are not cumulative`);
    }
  }
}
