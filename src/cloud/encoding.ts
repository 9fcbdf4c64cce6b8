/** Encodes text by RFC 3986 for a path segment or one side of a query pair, including `!'()*`. */
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

/** Encodes each segment of a path, unless it is already encoded. */
export const encodePath = (path: string): string =>
  path
    .split('/')
    .map((segment) => encodeComponent(decodeComponent(segment)))
    .join('/');

const compareBytes = (one: string, other: string): number =>
  Buffer.compare(Buffer.from(one, 'utf8'), Buffer.from(other, 'utf8'));

/** A query string in signing order: by name, then by value, compared before encoding. */
export const canonicalQuery = (entries: Iterable<readonly [string, string]>): string =>
  Array.from(entries)
    .sort(
      ([oneName, one], [otherName, other]) => compareBytes(oneName, otherName) || compareBytes(one, other),
    )
    .map(([name, value]) => `${encodeComponent(name)}=${encodeComponent(value)}`)
    .join('&');
