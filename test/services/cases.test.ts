import { describe, expect, it } from 'vitest';
import { SERVICES } from '../../src/services/index.ts';
import { casesOf, readerOf } from './cases.ts';

const TIMES = ['start', 'end', 'created'];

/** Times in ISO 8601. */
const withTimes = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withTimes);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, field]) => [
      key,
      TIMES.includes(key) && typeof field === 'number'
        ? new Date(Math.round(field * 1000)).toISOString()
        : field,
    ]),
  );
};

describe.each(SERVICES)('$type', (service) => {
  const cases = Object.entries(casesOf(service)).flatMap(([kind, list]) =>
    list.map(([title, given, expected]) => ({ kind, title, given, expected })),
  );

  it.each(cases)('$kind: $title', ({ kind, given, expected }) => {
    const read = withTimes(readerOf(service, kind)(given));

    if (typeof expected === 'object') expect(read).toMatchObject(expected as object);
    else expect(read).toBe(expected);
  });

  it('has a unique number in the simulated cloud', async () => {
    const numbers = await Promise.all(SERVICES.map(async ({ simulated }) => (await simulated()).number));
    const { number } = await service.simulated();

    const same = numbers.filter((other) => other === number);

    expect(same, `${Math.max(...numbers) + 1} is free`).toHaveLength(1);
  });

  it('lists what was never verified on a real account', () => {
    expect(service.unverified.length).toBeGreaterThan(0);
  });
});
