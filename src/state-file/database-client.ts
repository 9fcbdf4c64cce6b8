import { type ChildProcess, fork } from 'node:child_process';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Reply, Request } from './messages.ts';
import { type OpenedStore, type SavedText, StateFileError, type StateStore } from './store.ts';

// Next to this module as TypeScript, and in the package as JavaScript.
const PROGRAM = fileURLToPath(new URL(`./database-process${extname(import.meta.url)}`, import.meta.url));

/** The database at a path, in a separate process. */
export function databaseStore(path: string): StateStore {
  let child: ChildProcess | undefined;

  const send = (request: Request): Promise<void> =>
    new Promise((resolve, reject) => {
      const done = (error: Error | null): void => (error === null ? resolve() : reject(ended()));
      if (child?.connected === true) child.send(request, done);
      else reject(ended());
    });

  /** Resolves with the services sent before the reply. */
  const reply = () => {
    const result = Promise.withResolvers<OpenedStore>();
    const saved: SavedText[] = [];
    const waiting = child;
    const onExit = (): void => result.reject(ended());
    const onMessage = (message: Reply): void => {
      switch (message.kind) {
        case 'service':
          saved.push(message);
          break;
        case 'done':
          result.resolve({ saved, replaced: message.replaced });
          break;
        case 'failed':
          result.reject(new StateFileError(message.problem, message.reason));
          break;
        default:
          message satisfies never;
      }
    };
    waiting?.on('message', onMessage).once('exit', onExit);
    return result.promise.finally(() => waiting?.off('message', onMessage).off('exit', onExit));
  };

  const request = async (...requests: readonly Request[]) => {
    const replied = reply();
    replied.catch(() => undefined);
    for (const each of requests) await send(each);
    return replied;
  };

  const start = (): void => {
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
  };

  // Startup waits for it; after that it must not keep this process alive, and ends with it.
  const open = async (): Promise<OpenedStore> => {
    start();
    const opening = child;
    try {
      return await request({ kind: 'open', path });
    } finally {
      opening?.channel?.unref();
    }
  };

  return {
    open,
    save: async (services) => {
      // If it crashes, for example for lack of memory, what it has read is still known.
      if (child === undefined) await open();
      const requests = services.flatMap(({ key, pieces }): readonly Request[] => [
        ...pieces.map((text) => ({ kind: 'piece', text }) as const),
        { kind: 'service', key },
      ]);
      await request(...requests, { kind: 'save' });
    },
    close: () => {
      if (child?.connected === true) child.disconnect();
    },
  };
}

const ended = (): StateFileError =>
  new StateFileError('unavailable', 'cannot be written: the process that writes it has ended');
