// The polynomial of CRC-32, and x to the power of 0 and of 8: the lowest powers are the highest bits.
const POLYNOMIAL = 0xedb88320;
const HIGHEST_BIT = 0x80000000;
const ONE_BYTE = 0x00800000;

/** The effect of appending this many bytes on the CRC-32 of the text before them: the power of x for their bits. */
export function crcShift(bytes: number): number {
  let shift = HIGHEST_BIT;
  let power = ONE_BYTE;
  for (let rest = bytes; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) shift = multiply(power, shift);
    power = multiply(power, power);
  }
  return shift >>> 0;
}

/** The CRC-32 of two concatenated texts, from the CRC-32 of each and the shift of the second. */
export function combineCrc(first: number, second: number, secondShift: number): number {
  return (multiply(secondShift, first) ^ second) >>> 0;
}

/** The product of two polynomials over bits, modulo that of CRC-32. */
function multiply(one: number, other: number): number {
  let product = 0;
  let rest = other;
  for (let bit = HIGHEST_BIT; bit !== 0; bit >>>= 1) {
    if ((one & bit) !== 0) product ^= rest;
    rest = (rest & 1) === 0 ? rest >>> 1 : (rest >>> 1) ^ POLYNOMIAL;
  }
  return product;
}
