import { hkdfSync } from 'node:crypto';

/** Gives every text another one of the same shape, the same each time. */
export type Pseudonyms = (text: string) => string;

const LONGEST = 300;
const LOWER = 'abcdefghijklmnopqrstuvwxyz';
const UPPER = LOWER.toUpperCase();
const HEXADECIMAL = '0123456789abcdef';
const DIGITS = '0123456789';
// Letters beyond ASCII stay beyond ASCII, so that their handling is tested too.
const WIDE = '数据备份实例图库表时间空地天人';
const OTHER = '!#$%&*+=?^~';
/** Separators stay; alone they reveal nothing. */
const DIVIDERS = '-_.:/ @,';
/** The vendor marks its ids with their kind at the end: `…in07` for instances, `…br07` for backups. */
const MARKED_ID = /^[0-9a-f]{32}(?=(?:in|br)\d\d$)/;
const HEXADECIMAL_ID = /^[0-9a-f]{32}$|^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const alphabetOf = (character: string): string =>
  [DIGITS, LOWER, UPPER].find((alphabet) => alphabet.includes(character)) ??
  (/\p{L}/u.test(character) ? WIDE : OTHER);

/** Pseudonyms that cannot be reversed without the key. Different texts never get the same one. */
export function createPseudonyms(key: Uint8Array): Pseudonyms {
  const known = new Map<string, string>();
  const taken = new Set<string>();

  const attempt = (text: string, count: number): string => {
    // Once the short texts are used up, longer ones follow.
    const padded = text + 'x'.repeat(Math.floor(count / 50));
    const bytes = new Uint8Array(hkdfSync('sha256', key, '', `${count} ${text}`, padded.length));
    const isId = HEXADECIMAL_ID.test(text);
    return Array.from(padded, (character, index) => {
      if (DIVIDERS.includes(character)) return character;
      const alphabet = isId ? HEXADECIMAL : alphabetOf(character);
      return alphabet[(bytes[index] ?? 0) % alphabet.length];
    }).join('');
  };

  const create = (text: string): string => {
    for (let count = 0; ; count += 1) {
      const pseudonym = attempt(text, count);
      if (pseudonym !== text && !taken.has(pseudonym)) return pseudonym;
    }
  };

  return (whole) => {
    if (whole === '') return whole;
    const marked = MARKED_ID.exec(whole)?.[0];
    const text = marked ?? whole;
    const pseudonym = known.get(text) ?? create(text.slice(0, LONGEST));
    known.set(text, pseudonym);
    taken.add(pseudonym);
    return marked === undefined ? pseudonym : pseudonym + whole.slice(marked.length);
  };
}
