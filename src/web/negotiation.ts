import type { ExpositionFormat } from '../metrics/exposition.ts';

/** The exposition format for an `Accept` header: OpenMetrics only if named explicitly and preferred. */
export function negotiateFormat(accept: string | undefined): ExpositionFormat {
  const ranges = parseHeader(accept ?? '');
  const openMetrics = Math.max(0, ...ranges.filter(isOpenMetrics).map(({ weight }) => weight));
  const text = Math.max(
    0,
    ...ranges.filter(({ value }) => value === 'text/plain').map(({ weight }) => weight),
  );
  return openMetrics > 0 && openMetrics >= text ? 'openmetrics' : 'text';
}

interface Choice {
  readonly value: string;
  readonly weight: number;
  readonly parameters: ReadonlyMap<string, string>;
}

// Only OpenMetrics 1.0.0 is supported; a range without a version accepts any.
const isOpenMetrics = ({ value, parameters }: Choice): boolean =>
  value === 'application/openmetrics-text' && (parameters.get('version') ?? '1.0.0') === '1.0.0';

function parseHeader(header: string): readonly Choice[] {
  return header
    .split(',')
    .map((choice) => {
      const [value = '', ...rest] = choice.split(';').map((part) => part.trim().toLowerCase());
      const parameters = new Map(rest.map((part) => splitOnce(part, '=')));
      return { value, parameters, weight: weightOf(parameters.get('q')) };
    })
    .filter(({ value }) => value !== '');
}

function splitOnce(text: string, separator: string): readonly [string, string] {
  const at = text.indexOf(separator);
  return at < 0
    ? [text, '']
    : [
        text.slice(0, at).trim(),
        text
          .slice(at + 1)
          .trim()
          .replaceAll('"', ''),
      ];
}

function weightOf(quality: string | undefined): number {
  if (quality === undefined) return 1;
  const weight = Number(quality);
  return weight >= 0 && weight <= 1 ? weight : 0;
}
