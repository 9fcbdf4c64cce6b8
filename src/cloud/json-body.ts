/** The JSON value of a body, or a few words on what it is instead. */
export type JsonResult =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly instead: string };

// The deepest response of these APIs has six levels.
const MAX_DEPTH = 64;
// However deeply nested, a body of this size takes at most 25 MB to parse. It is smaller than a page of a list, so the
// check, which costs a third of parsing, is only for larger ones.
const HARMLESS_BYTES = 256 * 1024;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

function endOfString(text: Buffer, start: number): number {
  let index = start + 1;
  while (index < text.length && text[index] !== QUOTE) index += text[index] === BACKSLASH ? 2 : 1;
  return index;
}

/** Whether brackets outside of strings nest deeper than `limit`; JSON.parse would recurse into them. */
function nestsDeeperThan(limit: number, text: Buffer): boolean {
  let depth = 0;
  for (let index = 0; index < text.length; index += 1) {
    const byte = text[index];
    if (byte === QUOTE) {
      index = endOfString(text, index);
    } else if (byte === 0x5b || byte === 0x7b) {
      depth += 1;
      if (depth > limit) return true;
    } else if (byte === 0x5d || byte === 0x7d) {
      depth -= 1;
    }
  }
  return false;
}

/** Parses a body as JSON, leniently decoded as UTF-8. */
export function readJson(body: Buffer): JsonResult {
  if (body.length === 0) return { ok: false, instead: 'an empty body' };
  if (body.length > HARMLESS_BYTES && nestsDeeperThan(MAX_DEPTH, body)) {
    return { ok: false, instead: `JSON nested deeper than ${MAX_DEPTH} levels` };
  }
  try {
    return { ok: true, value: JSON.parse(body.toString('utf8').replace(/^\uFEFF/, '')) };
  } catch {
    return { ok: false, instead: 'a body that is not JSON' };
  }
}
