import { describe, expect, it } from 'vitest';
import { plainText, publish } from '../support/published.ts';
import { run } from '../support/run.ts';
import { SMALL_WORLD, smallWorldMetrics } from '../support/small-world.ts';

describe('promtool', () => {
  it('finds nothing to say about the exposition of a small world', async () => {
    const { text } = await publish(SMALL_WORLD);
    const exposition = plainText(text) + (await smallWorldMetrics().render('text'));

    const result = await run('promtool', ['check', 'metrics'], { input: exposition, package: 'prometheus' });

    expect(result).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  it('finds nothing to say before anything has been polled', async () => {
    const { text } = await publish([]);
    const exposition = plainText(text) + (await smallWorldMetrics().render('text'));

    const result = await run('promtool', ['check', 'metrics'], { input: exposition, package: 'prometheus' });

    expect(result).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  it('would find a metric without help', async () => {
    const exposition = '# TYPE a gauge\na 1\n';

    const result = await run('promtool', ['check', 'metrics'], { input: exposition, package: 'prometheus' });

    expect(result.code).not.toBe(0);
  });
});
