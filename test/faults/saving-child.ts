import { openStateFile } from '../../src/state-file/state-file.ts';
import { countIn, stateOf } from './states.ts';

/** Saves one state after the other, each with one backup more, and tells on standard output of each that is saved. */
const [path = ''] = process.argv.slice(2);
const KEY = 'service';
const tell = (text: string): void => void process.stdout.write(`${text}\n`);
const log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => tell('trouble'),
};

const file = await openStateFile(path, log, () => new Date());
for (let count = (countIn(file.restored(KEY)) ?? 0) + 1; ; count += 1) {
  await file.save(KEY, stateOf(count));
  tell(String(count));
}
