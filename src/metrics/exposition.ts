/** The formats of `/metrics`, best first. */
export const EXPOSITION_FORMATS = ['openmetrics', 'text'] as const;
export type ExpositionFormat = (typeof EXPOSITION_FORMATS)[number];

export const CONTENT_TYPES: Readonly<Record<ExpositionFormat, string>> = {
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
  text: 'text/plain; version=0.0.4; charset=utf-8',
};

/** The end of an exposition. */
export const ENDINGS: Readonly<Record<ExpositionFormat, string>> = { openmetrics: '# EOF\n', text: '' };

interface Family {
  readonly name: string;
  readonly type: string;
  readonly help: string;
}

/** The lines before the samples of a metric; its unit is the one that ends its name. */
export function writeMetadata({ name, type, help }: Family, format: ExpositionFormat): string {
  switch (format) {
    case 'text':
      return `# HELP ${name} ${escapeHelp(help)}\n# TYPE ${name} ${type}\n`;
    case 'openmetrics': {
      const family = type === 'counter' ? name.replace(/_total$/, '') : name;
      const [, unit] = /_(seconds|bytes)$/.exec(family) ?? [];
      const unitLine = unit === undefined ? '' : `# UNIT ${family} ${unit}\n`;
      return `# TYPE ${family} ${type}\n${unitLine}# HELP ${family} ${escapeLabelValue(help)}\n`;
    }
    default:
      return format satisfies never;
  }
}

export const writeLabel = (name: string, value: string): string => `${name}="${escapeLabelValue(value)}"`;

/** Labels as text, without braces. */
export const writeLabels = (labels: Readonly<Record<string, string | number>>): string =>
  Object.entries(labels)
    .map(([name, value]) => writeLabel(name, String(value)))
    .join(',');

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
