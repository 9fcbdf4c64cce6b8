/** Escaped markup. Only {@link html} creates it. */
export interface Html {
  readonly markup: string;
}

/** What a template takes. Undefined and false are nothing. */
type Part = Html | string | number | undefined | false | readonly Part[];

/** A template of HTML: inserted strings are escaped, for text and for quoted attributes. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return { markup: strings.reduce((text, string, index) => text + markupOf(parts[index - 1]) + string) };
}

function markupOf(part: Part): string {
  if (part === undefined || part === false) return '';
  if (typeof part === 'string') return escaped(part);
  if (typeof part === 'number') return String(part);
  return 'markup' in part ? part.markup : part.map(markupOf).join('');
}

// Control, invisible and direction-changing characters: they could make one name look like another.
const MISLEADING =
  /[\p{Cc}\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\u{e0000}-\u{e007f}]/gu;

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text
    .toWellFormed()
    .replace(MISLEADING, codePoint)
    .replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}

function codePoint(character: string): string {
  return `‹U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}›`;
}

/** The text cut to `limit` graphemes, the last one an ellipsis. */
export function cut(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const characters = Array.from(new Intl.Segmenter().segment(text), ({ segment }) => segment);
  return characters.length <= limit ? text : `${characters.slice(0, limit - 1).join('')}…`;
}
