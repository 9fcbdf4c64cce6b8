import { describe, expect, it } from 'vitest';
import { run } from '../support/run.ts';
import { createSmallMetrics, exposeSmallWorld } from '../support/small-world.ts';

describe('promtool', () => {
  it('accepts the exposition of a small world', async () => {
    const exposition = await exposeSmallWorld('text');

    const result = await run('promtool', ['check', 'metrics'], { input: exposition, package: 'prometheus' });

    expect(result).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  it('accepts the exposition before the first poll', async () => {
    const exposition = await createSmallMetrics().render('text');

    const result = await run('promtool', ['check', 'metrics'], { input: exposition, package: 'prometheus' });

    expect(result).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  it('would report a metric without help', async () => {
    const exposition = '# TYPE a gauge\na 1\n';

    const result = await run('promtool', ['check', 'metrics'], { input: exposition, package: 'prometheus' });

    expect(result.code).not.toBe(0);
  });
});
