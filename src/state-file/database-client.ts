import { type ChildProcess, fork } from 'node:child_process';
import { on } from 'node:events';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Reply, Request } from './messages.ts';
import { type OpenedStore, type SavedText, StateFileError, type StateStore } from './store.ts';

// Next to this module as TypeScript, and in the package as JavaScript.
const PROGRAM = fileURLToPath(new URL(`./database-process${extname(import.meta.url)}`, import.meta.url));

/** The database at a path, in a separate process. */
export function databaseStore(path: string): StateStore {
  let child: ChildProcess | undefined;

  const open = async (): Promise<OpenedStore> => {
    const started = fork(PROGRAM, {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      execArgv: ['--disable-warning=ExperimentalWarning', '--max-semi-space-size=1'],
    });
    started.on('error', () => undefined);
    started.once('exit', () => {
      if (child === started) child = undefined;
    });
    started.unref();
    child = started;
    try {
      return await request(started, { kind: 'open', path });
    } finally {
      // Startup waits for it; after that it must not keep this process alive, and ends with it.
      started.channel?.unref();
    }
  };

  return {
    open,
    save: async (services) => {
      // If it crashes, for example for lack of memory, what it has read is not lost.
      if (child === undefined) await open();
      const pieces = services.flatMap((service) =>
        service.pieces.map((text) => ({ kind: 'piece', key: service.key, text }) as const),
      );
      await request(child, ...pieces, { kind: 'save' });
    },
    close: () => {
      if (child?.connected === true) child.disconnect();
    },
  };
}

/** Sends requests one after the other, and resolves with the reply to the last. */
async function request(
  child: ChildProcess | undefined,
  ...requests: readonly Request[]
): Promise<OpenedStore> {
  if (child === undefined) throw ended();
  const replied = readReply(child);
  replied.catch(() => undefined);
  for (const each of requests) await send(child, each);
  return await replied;
}

const send = (child: ChildProcess, request: Request): Promise<void> =>
  new Promise((resolve, reject) => {
    const done = (error: Error | null): void => (error === null ? resolve() : reject(ended()));
    if (child.connected) child.send(request, done);
    else reject(ended());
  });

/** Resolves with the services sent before the reply. */
async function readReply(child: ChildProcess): Promise<OpenedStore> {
  const saved: SavedText[] = [];
  for await (const [message] of on(child, 'message', { close: ['exit'] })) {
    const reply = message as Reply;
    switch (reply.kind) {
      case 'service':
        saved.push(reply);
        break;
      case 'done':
        return { saved, replaced: reply.replaced };
      case 'failed':
        throw new StateFileError(reply.problem, reply.reason);
      default:
        reply satisfies never;
    }
  }
  throw ended();
}

const ended = (): StateFileError =>
  new StateFileError('unavailable', 'cannot be written: the process that writes it has ended');
