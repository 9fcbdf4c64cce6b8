/** What reading a text came to: its value, or why it is none, worded to stand after the text itself. */
export type Reading<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly wrong: string };

/** The text was read. */
export const read = <Value>(value: Value): Reading<Value> => ({ ok: true, value });

/** The text could not be read: `is not a duration`, `has no unit`. */
export const unreadable = (wrong: string): Reading<never> => ({ ok: false, wrong });
