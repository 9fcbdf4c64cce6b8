import type { Estate } from '../estate.ts';
import type { ProductRequest, ProductResponse, ProductWork } from '../product.ts';
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

/** The cost of reading the backups of an estate, and of parsing their JSON. */
export async function measureReading(estate: Estate, rounds: number): Promise<ReadingCost> {
  const product = startWorker<ProductRequest, ProductResponse>('product.ts');
  try {
    const costOf = (kind: ProductWork) => async () =>
      (await product.request({ kind: 'work', work: kind, times: TIMES })).cpu;
    const work = new Map([
      ['read', costOf('read')],
      ['parse', costOf('parse')],
    ]);
    await product.request({ kind: 'load', estate });
    await interleave(WARM_UPS, work);
    const measured = await interleave(rounds, work);
    return { read: measured.get('read') ?? [], parse: measured.get('parse') ?? [] };
  } finally {
    await product.stop();
  }
}
