import type { Dictionary } from '../services/vendor-words.ts';
import type { Pseudonyms } from './pseudonyms.ts';
import { shiftTime } from './times.ts';

/** How responses are redacted. */
export interface Redaction {
  readonly pseudonyms: Pseudonyms;
  readonly dictionary: Dictionary;
  /** Seconds by which every time is moved. */
  readonly shift: number;
}

/** Where a value stands: the name of its field or list, and whether all fields around it are the vendor's. */
interface Place {
  readonly field: string;
  readonly isVendors: boolean;
}

/**
 * A JSON value with only the vendor's words. A value is kept if its field is on the list, users cannot name fields in its
 * place, and its text looks like the vendor's. Everything else gets a pseudonym.
 */
export function redact(value: unknown, redaction: Redaction): unknown {
  return redactAt(value, { field: '', isVendors: true }, redaction);
}

function redactAt(value: unknown, place: Place, redaction: Redaction): unknown {
  if (Array.isArray(value)) return value.map((item) => redactAt(item, place, redaction));
  if (typeof value === 'string' || typeof value === 'number') return redactScalar(value, place, redaction);
  // true, false and null reveal nothing.
  if (typeof value !== 'object' || value === null) return value;
  const isVendors = place.isVendors && (place.field === '' || redaction.dictionary.isContainer(place.field));
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => {
      const shown = redaction.dictionary.isFieldName(name.trim()) ? name : redaction.pseudonyms(name);
      return [shown, redactAt(inner, { field: name.trim(), isVendors }, redaction)];
    }),
  );
}

function redactScalar(value: string | number, { field, isVendors }: Place, redaction: Redaction) {
  const { pseudonyms, dictionary, shift } = redaction;
  for (const kind of isVendors ? dictionary.kindsOf(field) : []) {
    if (kind === 'time') {
      const shifted = shiftTime(value, shift);
      if (shifted !== undefined) return shifted;
    } else if (kind === 'message') {
      return redactWords(String(value), redaction);
    } else if (dictionary.isVendorText(kind, String(value))) {
      return value;
    }
  }
  return typeof value === 'number' ? otherNumber(value, pseudonyms) : pseudonyms(value);
}

/** Replaces the words of a sentence that might be the user's. */
export const redactWords = (text: string, { pseudonyms, dictionary }: Omit<Redaction, 'shift'>): string =>
  text.replace(/[\p{L}\p{M}\p{N}_@+/=%-]+/gu, (word) =>
    dictionary.isMessageWord(word) ? word : pseudonyms(word),
  );

/** A number of as many digits. 0 reveals nothing. */
function otherNumber(value: number, pseudonyms: Pseudonyms): number {
  if (value === 0) return value;
  const other = Number(pseudonyms(String(value)));
  return Number.isFinite(other) ? other : 0;
}
