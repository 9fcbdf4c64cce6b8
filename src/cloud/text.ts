const MAX_TEXT_LENGTH = 200;
const CONTROLS_AND_SPACE = /[\s\p{Cc}\p{Cf}\u2028\u2029]+/gu;
// Longer than any id or name that an error tells of; keys, tokens and signatures are.
const LONG_WORD = /[\w+/=.~-]{48,}/g;
const AUTHORIZATION = /SDK-HMAC-SHA256 Access=[^"]*/g;
const SHORTEST_SECRET = 4;

/** Makes one line of a text from outside: no control characters, at most `length` characters. */
export function oneLine(text: string, length: number = MAX_TEXT_LENGTH): string {
  // A character is at most two units, so that what is looked at stays small however long the text is.
  const characters = Array.from(
    text
      .slice(0, length * 8)
      .toWellFormed()
      .replace(CONTROLS_AND_SPACE, ' ')
      .trim(),
  );
  return characters.length > length ? `${characters.slice(0, length - 1).join('')}…` : characters.join('');
}

/** Takes the given secrets, signatures, and any word long enough to be a secret out of a text from outside. */
export const withoutSecrets = (text: string, secrets: readonly string[]): string =>
  secrets
    .filter((secret) => secret.length >= SHORTEST_SECRET)
    .reduce((cleaned, secret) => cleaned.replaceAll(secret, '[…]'), text)
    .replace(AUTHORIZATION, '[…]')
    .replace(LONG_WORD, '[…]');
