declare const quantity: unique symbol;

/** A whole or fractional number of bytes, never negative. */
export type Bytes = number & { readonly [quantity]: 'bytes' };

/** A length of time in seconds, never negative. */
export type Seconds = number & { readonly [quantity]: 'seconds' };

/** A time as seconds since 1970-01-01T00:00:00Z. */
export type UnixSeconds = number & { readonly [quantity]: 'unix seconds' };

export const bytes = (value: number): Bytes => value as Bytes;

export const seconds = (value: number): Seconds => value as Seconds;

/** A duration in whole milliseconds, for timers and sockets. */
export const milliseconds = (duration: number): number => Math.round(duration * 1000);

export const unixSeconds = (value: number): UnixSeconds => value as UnixSeconds;

/** Now, in Unix seconds with a fraction. */
export type Clock = () => UnixSeconds;

/** The real clock. */
export const systemClock: Clock = () => unixSeconds(Date.now() / 1000);
