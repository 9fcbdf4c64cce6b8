import type { MetricDescription } from './metric.ts';

/** The formats of `/metrics`, best first. */
export const EXPOSITION_FORMATS = ['openmetrics', 'text'] as const;
export type ExpositionFormat = (typeof EXPOSITION_FORMATS)[number];

export const CONTENT_TYPES: Readonly<Record<ExpositionFormat, string>> = {
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
  text: 'text/plain; version=0.0.4; charset=utf-8',
};

/** The end of an exposition. */
export const ENDINGS: Readonly<Record<ExpositionFormat, string>> = { openmetrics: '# EOF\n', text: '' };

type FamilyDescription = Pick<MetricDescription, 'name' | 'unit' | 'help'> & { readonly type: string };

/** The lines before the samples of a metric. */
export function writeMetadata(metric: FamilyDescription, format: ExpositionFormat): string {
  switch (format) {
    case 'text':
      return `# HELP ${metric.name} ${escapeHelp(metric.help)}\n# TYPE ${metric.name} ${metric.type}\n`;
    case 'openmetrics': {
      const family = metric.type === 'counter' ? metric.name.replace(/_total$/, '') : metric.name;
      const unit = metric.unit === undefined ? '' : `# UNIT ${family} ${metric.unit}\n`;
      return `# TYPE ${family} ${metric.type}\n${unit}# HELP ${family} ${escapeLabelValue(metric.help)}\n`;
    }
    default:
      return format satisfies never;
  }
}

export const writeLabel = (name: string, value: string): string => `${name}="${escapeLabelValue(value)}"`;

/** One sample; `labels` is the text between the braces, empty for none. */
export function writeSample(name: string, labels: string, value: number): string {
  return labels === '' ? `${name} ${writeValue(value)}\n` : `${name}{${labels}} ${writeValue(value)}\n`;
}

/** A value in either format. */
export function writeValue(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (Number.isFinite(value)) return String(value);
  return value > 0 ? '+Inf' : '-Inf';
}

const TO_ESCAPE = /[\\"\n]/;

function escapeLabelValue(text: string): string {
  if (!TO_ESCAPE.test(text)) return text;
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

const escapeHelp = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
