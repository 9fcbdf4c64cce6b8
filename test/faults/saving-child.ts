import { countIn, openAt, QUIET, stateOf } from '../support/saved-states.ts';

/** Saves one state after the other, each with one backup more, and says on standard output which it has saved. */
const [path = ''] = process.argv.slice(2);
const KEY = 'service';
const say = (text: string): void => void process.stdout.write(`${text}\n`);

const file = await openAt(path, { ...QUIET, error: () => say('trouble') });
// The process that writes does not keep this one alive.
setInterval(() => undefined, 1000);
for (let count = (countIn(file.restored(KEY)) ?? 0) + 1; ; count += 1) {
  await file.save(KEY, stateOf(count));
  say(String(count));
}
