import { Agent, request } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import type { Chance } from './chance.ts';

/** What the visitors saw. */
export interface Visits {
  visits: number;
  /** Left before the answer was complete. */
  abandoned: number;
  /** Answers that should not have been given. */
  readonly bad: string[];
}

const PATHS = [
  '/metrics',
  '/metrics',
  '/metrics',
  '/',
  '/api/v1/status',
  '/-/healthy',
  '/-/ready',
  '/none',
] as const;
const ACCEPTS = ['text/plain', 'application/openmetrics-text; version=1.0.0'] as const;
const PAUSE_MILLISECONDS = 15;
const LEAVES_EARLY = 0.1;

/** Visits every page again and again until the signal aborts, and now and then leaves in the middle of an answer. */
export async function visit(
  origin: string,
  chance: Chance,
  signal: AbortSignal,
  seen: Visits,
): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 2 });
  while (!signal.aborted) {
    const path = chance.pick(PATHS);
    const leavesEarly = chance.happens(LEAVES_EARLY);
    const status = await ask(`${origin}${path}`, {
      agent: chance.happens(0.5) ? agent : false,
      method: chance.happens(0.1) ? 'HEAD' : 'GET',
      headers: { accept: chance.pick(ACCEPTS), ...(chance.happens(0.7) && { 'accept-encoding': 'gzip' }) },
      leavesEarly,
    });
    seen.visits += 1;
    if (leavesEarly) seen.abandoned += 1;
    else if (!isRight(path, status)) seen.bad.push(`${path} answered ${status}`);
    await wait(chance.draw() * PAUSE_MILLISECONDS);
  }
  agent.destroy();
}

const isRight = (path: string, status: number | undefined): boolean =>
  status === (path === '/none' ? 404 : 200);

interface Question {
  readonly agent: Agent | false;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly leavesEarly: boolean;
}

/** Resolves with the status of a whole answer; undefined where there was none. */
function ask(url: string, { agent, method, headers, leavesEarly }: Question): Promise<number | undefined> {
  return new Promise((resolve) => {
    const asked = request(url, { agent, method, headers }, (answer) => {
      if (leavesEarly) asked.destroy();
      answer.on('error', () => resolve(undefined));
      answer.on('end', () => resolve(answer.statusCode));
      answer.on('close', () => resolve(answer.complete ? answer.statusCode : undefined));
      answer.resume();
    });
    asked.on('error', () => resolve(undefined));
    asked.end();
  });
}
