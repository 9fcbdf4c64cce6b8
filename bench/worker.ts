import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** A script of the bench that handles requests in a separate process. */
export interface Worker<Message, Result> {
  /** Rejects if the script fails or exits. One request at a time. */
  readonly request: (message: Message) => Promise<Result>;
  readonly stop: () => Promise<void>;
}

type Reply<Result> = { readonly result: Result } | { readonly error: string };

/** Starts a script in the folder of this file that calls {@link handleRequests}. It ends with this process. */
export function startWorker<Message, Result>(script: string): Worker<Message, Result> {
  const child = fork(fileURLToPath(new URL(script, import.meta.url)), { execArgv: [] });
  const ended = once(child, 'exit');
  return {
    request: async (message) => {
      child.send(message as object);
      const reply = await Promise.race([once(child, 'message'), ended.then(() => undefined)]);
      if (reply === undefined) throw new Error(`${script} exited`);
      const [response] = reply as [Reply<Result>];
      if ('error' in response) throw new Error(`${script}: ${response.error}`);
      return response.result;
    },
    stop: async () => {
      if (child.connected) child.disconnect();
      await ended;
    },
  };
}

/** Handles the requests of the parent process until that disconnects. */
export function handleRequests<Message, Result>(handle: (message: Message) => Promise<Result>): void {
  process.on('message', (message) => {
    handle(message as Message)
      .then((result): Reply<Result> => ({ result }))
      .catch(
        (error: unknown): Reply<Result> => ({
          error: error instanceof Error ? error.message : String(error),
        }),
      )
      .then((reply) => process.send?.(reply))
      .catch(() => process.exit(1));
  });
  process.on('disconnect', () => process.exit(0));
}
