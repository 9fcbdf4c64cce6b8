import { openDatabase, type StateDatabase } from './database.ts';
import type { Reply, Request } from './messages.ts';
import { StateFileError } from './store.ts';

// Runs in a separate process, so that a hung disk blocks nothing else, not even the exit of the exporter, as a thread
// waiting for such a disk would.

// The exporter may have exited meanwhile.
const send = (reply: Reply): void => void (process.connected && process.send?.(reply));

let path = '';
let database: StateDatabase | undefined;
let texts = new Map<string, string>();

const open = (): void => {
  database = openDatabase(path, new Date());
  for (const { key, text } of database.saved) send({ kind: 'service', key, text });
  send({ kind: 'done', replaced: database.replaced });
};

/** Opens a database that was not available at startup; throws if it contains data that the exporter has not read. */
const openLater = (): StateDatabase => {
  const late = openDatabase(path, new Date());
  if (late.saved.length === 0) return late;
  late.close();
  throw new StateFileError('unavailable', 'was not available at startup; restart the exporter to use it');
};

const handle = (request: Request): void => {
  switch (request.kind) {
    case 'open':
      path = request.path;
      open();
      break;
    case 'piece':
      texts.set(request.key, (texts.get(request.key) ?? '') + request.text);
      break;
    case 'save': {
      const saving = texts;
      texts = new Map();
      database ??= openLater();
      database.save(Array.from(saving, ([key, text]) => ({ key, text })));
      send({ kind: 'done', replaced: undefined });
      break;
    }
    default:
      request satisfies never;
  }
};

process.on('message', (request: Request) => {
  try {
    handle(request);
  } catch (error) {
    const { kind, message } =
      error instanceof StateFileError ? error : { kind: 'unavailable' as const, message: String(error) };
    send({ kind: 'failed', problem: kind, reason: message });
  }
});

process.on('disconnect', () => {
  database?.close();
});

// Signals to the process group or service are for the exporter, which may still have something to save.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
