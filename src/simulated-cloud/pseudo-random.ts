/** The finalizer of MurmurHash3. */
const mix = (value: number): number => {
  let mixed = value;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
};

/** An unsigned 32-bit hash. */
const hash = (...parts: readonly number[]): number => {
  let mixed = 0x811c9dc5;
  for (const part of parts) mixed = mix(Math.imul(mixed, 0x01000193) ^ mix(part + 0x9e3779b9));
  return mixed;
};

/** A number in [0, 1) that is the same for the same arguments. */
export const pseudoRandom = (...parts: readonly number[]): number => hash(...parts) / 2 ** 32;

/** 32 hexadecimal digits, the same for the same arguments. */
export const hexadecimalId = (...parts: readonly number[]): string => {
  let digits = '';
  for (let word = 0; word < 4; word += 1) {
    digits += hash(word, ...parts)
      .toString(16)
      .padStart(8, '0');
  }
  return digits;
};

/** A UUID in the format of version 4, the same for the same arguments. */
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
