const ZERO = 0x30;

/** The number of digits of a non-negative integer. */
export function countDigits(value: number): number {
  let digits = 1;
  for (let limit = 10; value >= limit; limit *= 10) digits += 1;
  return digits;
}

/** Writes the digits of a non-negative integer so that they end before `end`. */
export function writeDigits(bytes: Uint8Array, end: number, value: number): void {
  let rest = value;
  let at = end;
  do {
    const tens = Math.floor(rest / 10);
    at -= 1;
    bytes[at] = ZERO + (rest - tens * 10);
    rest = tens;
  } while (rest > 0);
}
