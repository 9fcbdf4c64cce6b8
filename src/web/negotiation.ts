import type { ExpositionFormat } from '../metrics/exposition.ts';

const VERSION = /;\s*version\s*=\s*"?([^\s;"]*)/i;
const WEIGHT = /;\s*q\s*=\s*"?([^\s;"]*)/i;

/** The exposition format for an `Accept` header: OpenMetrics only if named explicitly and preferred. */
export function negotiateFormat(accept = ''): ExpositionFormat {
  const ranges = accept.split(',');
  const openMetrics = Math.max(0, ...ranges.filter(isOpenMetrics).map(weightOf));
  const text = Math.max(0, ...ranges.filter((range) => typeOf(range) === 'text/plain').map(weightOf));
  return openMetrics > 0 && openMetrics >= text ? 'openmetrics' : 'text';
}

const typeOf = (range: string): string => range.replace(/;.*/s, '').trim().toLowerCase();

// Only OpenMetrics 1.0.0 is supported; a range without a version accepts any.
const isOpenMetrics = (range: string): boolean =>
  typeOf(range) === 'application/openmetrics-text' && (VERSION.exec(range)?.[1] ?? '1.0.0') === '1.0.0';

function weightOf(range: string): number {
  const weight = Number(WEIGHT.exec(range)?.[1] ?? 1);
  return weight >= 0 && weight <= 1 ? weight : 0;
}
