import { parentPort } from 'node:worker_threads';
import bcrypt from 'bcryptjs';

/** A comparison that the thread is asked for. */
export interface Question {
  readonly id: number;
  readonly password: string;
  readonly hash: string;
}

/** What the thread says to the question with the same id. */
export interface Answer {
  readonly id: number;
  readonly matches: boolean;
}

parentPort?.on('message', ({ id, password, hash }: Question) => {
  parentPort?.postMessage({ id, matches: bcrypt.compareSync(password, hash) } satisfies Answer);
});
