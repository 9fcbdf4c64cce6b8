import type { Estate } from '../estate.ts';
import type { ProductAnswer, ProductQuestion, ProductWork } from '../product.ts';
import { interleave } from '../statistics.ts';
import { startWorker } from '../worker.ts';

/** CPU in milliseconds, round by round. */
export interface ReadingCost {
  /** From the bytes of the bodies to the next state of the service. */
  readonly read: readonly number[];
  /** Decoding and `JSON.parse` of the same bodies. */
  readonly parse: readonly number[];
}

const WARM_UPS = 5;
const TIMES = 5;

/** What reading the backups of an estate costs, beside parsing their JSON. */
export async function measureReading(estate: Estate, rounds: number): Promise<ReadingCost> {
  const product = startWorker<ProductQuestion, ProductAnswer>('product.ts');
  try {
    const costOf = (kind: ProductWork) => async () =>
      (await product.ask({ kind: 'work', work: kind, times: TIMES })).cpu;
    const work = new Map([
      ['read', costOf('read')],
      ['parse', costOf('parse')],
    ]);
    await product.ask({ kind: 'load', estate });
    await interleave(WARM_UPS, work);
    const measured = await interleave(rounds, work);
    return { read: measured.get('read') ?? [], parse: measured.get('parse') ?? [] };
  } finally {
    await product.stop();
  }
}
