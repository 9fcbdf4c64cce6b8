declare const quantity: unique symbol;

/** A whole or fractional number of bytes, never negative. */
export type Bytes = number & { readonly [quantity]: 'bytes' };

/** A length of time in seconds, never negative. */
export type Seconds = number & { readonly [quantity]: 'seconds' };

/** A moment as seconds since 1970-01-01T00:00:00Z. */
export type UnixSeconds = number & { readonly [quantity]: 'unix seconds' };

/** Names a number as bytes. */
export const bytes = (value: number): Bytes => value as Bytes;

/** Names a number as seconds. */
export const seconds = (value: number): Seconds => value as Seconds;

/** A length of time as timers and sockets take it: in whole milliseconds. */
export const milliseconds = (duration: number): number => Math.round(duration * 1000);

/** Names a number as a moment in Unix seconds. */
export const unixSeconds = (value: number): UnixSeconds => value as UnixSeconds;

/** The clock of the program: now, in Unix seconds with a fraction. */
export type Clock = () => UnixSeconds;

/** The clock of the machine. */
export const systemClock: Clock = () => unixSeconds(Date.now() / 1000);
