/** Encodes a text by RFC 3986 for one path segment or one side of a query pair; `!'()*` too. */
export const encodeComponent = (text: string): string =>
  encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );

const decodeComponent = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

/** Encodes each segment of a path. A segment that is encoded already is not encoded twice. */
export const encodePath = (path: string): string =>
  path
    .split('/')
    .map((segment) => encodeComponent(decodeComponent(segment)))
    .join('/');

const compareBytes = (one: string, other: string): number =>
  Buffer.compare(Buffer.from(one, 'utf8'), Buffer.from(other, 'utf8'));

/** A query string in the order in which it is signed: by name, then by value, as they are before they are encoded. */
export const canonicalQuery = (entries: Iterable<readonly [string, string]>): string =>
  Array.from(entries)
    .sort(
      ([oneName, one], [otherName, other]) => compareBytes(oneName, otherName) || compareBytes(one, other),
    )
    .map(([name, value]) => `${encodeComponent(name)}=${encodeComponent(value)}`)
    .join('&');
