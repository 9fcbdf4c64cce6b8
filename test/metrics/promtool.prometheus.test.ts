import { describe, expect, it } from 'vitest';
import { run } from '../support/run.ts';
import { createSmallMetrics, exposeSmallWorld } from '../support/small-world.ts';

describe('promtool', () => {
  it('finds nothing to say about the exposition of a small world', async () => {
    const exposition = await exposeSmallWorld('text');

    const result = await run('promtool', ['check', 'metrics'], { input: exposition, package: 'prometheus' });

    expect(result).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  it('finds nothing to say before anything has been polled', async () => {
    const exposition = await createSmallMetrics().render('text');

    const result = await run('promtool', ['check', 'metrics'], { input: exposition, package: 'prometheus' });

    expect(result).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  it('would find a metric without help', async () => {
    const exposition = '# TYPE a gauge\na 1\n';

    const result = await run('promtool', ['check', 'metrics'], { input: exposition, package: 'prometheus' });

    expect(result.code).not.toBe(0);
  });
});
