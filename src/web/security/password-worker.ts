import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Answer, Question } from './password-thread.ts';

/** Tells whether a password belongs to a hash of bcrypt. Rejects when that cannot be found out now. */
export type ComparePassword = (password: string, hash: string) => Promise<boolean>;

/** Compares passwords away from the thread that serves. */
export interface PasswordWorker {
  readonly compare: ComparePassword;
  /** Ends the thread; comparisons under way reject. */
  readonly close: () => Promise<void>;
}

// It lies beside this module as TypeScript, and in the package as JavaScript.
const THREAD = new URL(`./password-thread${extname(import.meta.url)}`, import.meta.url);

/** A thread for comparisons, which take some 70 ms of computing each; begun when the first is asked for. */
export const startPasswordWorker = (): PasswordWorker => {
  const waiting = new Map<number, PromiseWithResolvers<boolean>>();
  let worker: Worker | undefined;
  let asked = 0;

  const begin = (): Worker => {
    const begun = new Worker(THREAD, {
      name: 'compare passwords',
      env: {},
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 8 },
    });
    begun.on('message', ({ id, matches }: Answer) => {
      waiting.get(id)?.resolve(matches);
      waiting.delete(id);
    });
    // An error is followed by an exit.
    begun.on('error', () => undefined);
    begun.on('exit', () => {
      worker = undefined;
      for (const { reject } of waiting.values()) reject(new Error('the comparison of passwords has ended'));
      waiting.clear();
    });
    // Listening for messages would keep the process from ending; so this comes last.
    begun.unref();
    return begun;
  };

  return {
    compare: (password, hash) => {
      worker ??= begin();
      asked += 1;
      const answer = Promise.withResolvers<boolean>();
      waiting.set(asked, answer);
      worker.postMessage({ id: asked, password, hash } satisfies Question);
      return answer.promise;
    },
    close: async () => {
      await worker?.terminate();
    },
  };
};
