import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** A script of the bench that runs in a process of its own and answers questions. */
export interface Worker<Question, Answer> {
  /** Rejects when the script cannot answer, or ends. One question at a time. */
  readonly ask: (question: Question) => Promise<Answer>;
  readonly stop: () => Promise<void>;
}

type Reply<Answer> = { readonly answer: Answer } | { readonly error: string };

/** Starts a script beside this file that calls {@link answerQuestions}. It ends when this process does. */
export function startWorker<Question, Answer>(script: string): Worker<Question, Answer> {
  const child = fork(fileURLToPath(new URL(script, import.meta.url)), { execArgv: [] });
  const ended = once(child, 'exit');
  return {
    ask: async (question) => {
      child.send(question as object);
      const reply = await Promise.race([once(child, 'message'), ended.then(() => undefined)]);
      if (reply === undefined) throw new Error(`${script} ended`);
      const [given] = reply as [Reply<Answer>];
      if ('error' in given) throw new Error(`${script}: ${given.error}`);
      return given.answer;
    },
    stop: async () => {
      if (child.connected) child.disconnect();
      await ended;
    },
  };
}

/** Answers the questions of the process that started this one, until that lets go of it. */
export function answerQuestions<Question, Answer>(answer: (question: Question) => Promise<Answer>): void {
  process.on('message', (question) => {
    answer(question as Question)
      .then((given): Reply<Answer> => ({ answer: given }))
      .catch(
        (error: unknown): Reply<Answer> => ({
          error: error instanceof Error ? error.message : String(error),
        }),
      )
      .then((reply) => process.send?.(reply))
      .catch(() => process.exit(1));
  });
  process.on('disconnect', () => process.exit(0));
}
