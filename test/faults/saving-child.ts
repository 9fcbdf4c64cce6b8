import { countIn, openAt, QUIET, stateOf } from '../support/saved-states.ts';

/** Saves states in a loop, each with one more backup, and prints the number of each saved one. */
const [path = ''] = process.argv.slice(2);
const KEY = 'service';
const print = (text: string): void => void process.stdout.write(`${text}\n`);

const file = await openAt(path, { ...QUIET, error: () => print('error') });
// The database process does not keep this one alive.
setInterval(() => undefined, 1000);
for (let count = (countIn(file.restored(KEY)) ?? 0) + 1; ; count += 1) {
  await file.save(KEY, stateOf(count));
  print(String(count));
}
