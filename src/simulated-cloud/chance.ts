/** Mixes the bits of a 32-bit number (the finalizer of MurmurHash3). */
const mix = (value: number): number => {
  let mixed = value;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
};

/** An unsigned 32-bit number that depends on nothing but its arguments. */
const hash = (...parts: readonly number[]): number => {
  let mixed = 0x811c9dc5;
  for (const part of parts) {
    mixed = mix(Math.imul(mixed, 0x01000193) ^ mix(part + 0x9e3779b9));
  }
  return mixed;
};

/** A number from 0 up to, not including, 1 that depends on nothing but its arguments. */
export const chance = (...parts: readonly number[]): number => hash(...parts) / 2 ** 32;

/** 32 hexadecimal digits that depend on nothing but their arguments. */
export const hexadecimalId = (...parts: readonly number[]): string => {
  let digits = '';
  for (let word = 0; word < 4; word += 1) {
    digits += hash(word, ...parts)
      .toString(16)
      .padStart(8, '0');
  }
  return digits;
};

/** A UUID in the form of version 4 that depends on nothing but its arguments. */
export const uuid = (...parts: readonly number[]): string => {
  const digits = hexadecimalId(...parts);
  const variant = ((Number.parseInt(digits.charAt(16), 16) & 3) | 8).toString(16);
  return [
    digits.slice(0, 8),
    digits.slice(8, 12),
    `4${digits.slice(13, 16)}`,
    `${variant}${digits.slice(17, 20)}`,
    digits.slice(20),
  ].join('-');
};
