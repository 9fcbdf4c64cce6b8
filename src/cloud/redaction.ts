const MAX_TEXT_LENGTH = 200;
// Text beyond this length is ignored.
const MAX_EXAMINED_LENGTH = 16 * 1024;
const CONTROLS_AND_SPACE = /[\s\p{Cc}\p{Cf}\u2028\u2029]+/gu;
// Longer than any id or name in an error; keys, tokens and signatures are at least as long.
const LONG_WORD = /[\w+/=.~-]{48,}/g;
const AUTHORIZATION = /SDK-HMAC-SHA256 Access=[^"]*/g;
const SHORTEST_SECRET = 4;

/** Makes external text one line: no control characters, at most `length` characters. */
export function oneLine(text: string, length: number = MAX_TEXT_LENGTH): string {
  // A character is at most two UTF-16 units, so only a bounded part is examined.
  const characters = Array.from(
    text
      .slice(0, length * 8)
      .toWellFormed()
      .replace(CONTROLS_AND_SPACE, ' ')
      .trim(),
  );
  return characters.length > length ? `${characters.slice(0, length - 1).join('')}…` : characters.join('');
}

/**
 * Removes the given secrets, signatures, and any word long enough to be a secret from external text. `harmless` is
 * kept, whatever its length.
 */
export const withoutSecrets = (text: string, secrets: readonly string[] = [], harmless = ''): string => {
  const cleaned = secrets
    .filter((secret) => secret.length >= SHORTEST_SECRET)
    .reduce((rest, secret) => rest.replaceAll(secret, '[…]'), text.slice(0, MAX_EXAMINED_LENGTH))
    .replace(AUTHORIZATION, '[…]');
  const parts = harmless === '' ? [cleaned] : cleaned.split(harmless);
  return parts.map((part) => part.replace(LONG_WORD, '[…]')).join(harmless);
};
