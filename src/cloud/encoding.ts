/** Encodes a text as RFC 3986 asks for one path segment or one side of a query pair; `!'()*` too. */
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

const compare = (one: string, other: string): number => {
  if (one === other) return 0;
  return one < other ? -1 : 1;
};

/** A query string in the order and encoding in which it is signed: by key, then by value; empty for none. */
export const canonicalQuery = (entries: Iterable<readonly [string, string]>): string =>
  Array.from(entries, ([key, value]) => [encodeComponent(key), encodeComponent(value)] as const)
    .sort(([oneKey, one], [otherKey, other]) => compare(oneKey, otherKey) || compare(one, other))
    .map(([key, value]) => `${key}=${value}`)
    .join('&');
