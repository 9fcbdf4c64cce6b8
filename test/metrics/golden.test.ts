import { describe, expect, it } from 'vitest';
import { EXPOSITION_FORMATS } from '../../src/metrics/exposition.ts';
import { METRICS } from '../support/catalogue.ts';
import { parseOpenMetrics, parseText, samplesOf, seriesKey } from '../support/exposition-parser.ts';
import { expectGolden } from '../support/golden.ts';
import { exposeSmallWorld } from '../support/small-world.ts';

const PARSERS = { openmetrics: parseOpenMetrics, text: parseText };
const FILES = { openmetrics: 'small-world.openmetrics.txt', text: 'small-world.txt' };

const withoutProcess = (text: string): string =>
  text
    .split('\n')
    .filter((line) => !/^(?:# [A-Z]+ )?(?:process|nodejs)_/.test(line))
    .join('\n');

describe.each(EXPOSITION_FORMATS)('a small world in %s', (format) => {
  it('is the golden file', async () => {
    expectGolden(`metrics/golden/${FILES[format]}`, withoutProcess(await exposeSmallWorld(format)));
  });

  it('is accepted by a strict parser and has every metric of the catalogue', async () => {
    const families = PARSERS[format](await exposeSmallWorld(format));

    const names = families.map(({ name }) => name);
    const ending = format === 'openmetrics' ? /_total$/ : /$/;
    expect(names).toEqual(expect.arrayContaining(METRICS.map(({ name }) => name.replace(ending, ''))));
  });

  it('has each metric with the type, unit and labels of the catalogue', async () => {
    const families = new Map(
      PARSERS[format](await exposeSmallWorld(format)).map((family) => [family.name, family]),
    );

    for (const { name, type, labels } of METRICS) {
      const family = families.get(format === 'openmetrics' ? name.replace(/_total$/, '') : name);
      const used = new Set(family?.samples.flatMap((sample) => Object.keys(sample.labels)));
      used.delete('le');
      if (used.delete('tag_team')) used.add('tag_KEY');

      expect({ name, type: family?.type, labels: [...used].sort() }).toEqual({
        name,
        type,
        labels: [...labels].sort(),
      });
      if (format === 'openmetrics') expect(family?.unit).toBe(/_(seconds|bytes)$/.exec(name)?.[1]);
    }
  });
});

describe('the two formats', () => {
  it('have the same series with the same values', async () => {
    const ofWorld = (families: ReturnType<typeof parseText>) =>
      samplesOf(families)
        .filter(({ name }) => name.startsWith('huaweicloud_backup_'))
        .map((sample) => `${seriesKey(sample)} ${sample.value}`)
        .sort();

    const openMetrics = ofWorld(parseOpenMetrics(await exposeSmallWorld('openmetrics')));
    const text = ofWorld(parseText(await exposeSmallWorld('text')));

    expect(openMetrics).toEqual(text);
  });
});
