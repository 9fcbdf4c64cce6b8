import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createSignInGuard, type SignIn } from '../../src/cloud/credentials/sign-in-guard.ts';
import type { ProjectConfig } from '../../src/config/config.ts';
import { type SmallCloud, startSmallCloud } from './small-cloud.ts';
import {
  clientFor,
  createTestClock,
  failureOf,
  forever,
  listBackups,
  PASSWORD,
  projectAt,
  secretOf,
  type TestClient,
} from './support.ts';

const MINUTE = 60;
const WRONG = 'wrong-password';

const idOf = (index: number): string => String(index).repeat(32).slice(0, 32);

const project = (
  origin: string,
  index: number,
  password = secretOf(PASSWORD),
  user = 'reader',
): ProjectConfig =>
  projectAt(origin, {
    name: `project-${index}`,
    projectId: idOf(index),
    credentials: { type: 'password', user, domain: 'company', password },
  });

const list = (cloud: SmallCloud, client: TestClient) => client.call(listBackups(cloud.origin), forever());

/** Clients in one process for several projects of one user. */
const arrange = async (count: number, password = secretOf(PASSWORD)) => {
  const cloud = await startSmallCloud();
  const clock = createTestClock();
  const signInGuard = createSignInGuard(clock.now);
  const clients = Array.from({ length: count }, (_, index) =>
    clientFor(project(cloud.origin, index, password), { clock: clock.now, signInGuard }),
  );
  const poll = () => Promise.allSettled(clients.map((client) => list(cloud, client)));
  return { cloud, clock, signInGuard, clients, poll };
};

const succeeded = (ends: readonly PromiseSettledResult<unknown>[]): readonly number[] =>
  ends.flatMap(({ status }, index) => (status === 'fulfilled' ? [index] : []));

/** The maximum number of times within 15 minutes. */
const mostInFifteenMinutes = (times: readonly number[]): number =>
  Math.max(...times.map((from) => times.filter((time) => time >= from && time <= from + 15 * MINUTE).length));

describe('ten projects of one user', () => {
  it('with a wrong password sign in twice, then once in five minutes, and never lock the account', async () => {
    const { cloud, clock, poll } = await arrange(10, secretOf(WRONG));
    const attempts: number[] = [];

    for (let second = 0; second < 2 * 60 * MINUTE; second += 10) {
      const before = cloud.signIns().length;
      await poll();
      for (let more = before; more < cloud.signIns().length; more += 1) attempts.push(second);
      clock.advance(10);
    }

    expect(attempts.filter((time) => time < 5 * MINUTE)).toEqual([0, 0]);
    expect(attempts.length).toBeGreaterThan(20);
    expect(mostInFifteenMinutes(attempts)).toBeLessThan(5);
  });

  it('whose password was changed in the cloud sign in twice, even right after signing in', async () => {
    const { cloud, poll } = await arrange(10);
    await poll();
    await poll();
    const before = cloud.signIns().length;
    cloud.state.password = 'changed';
    cloud.state.tokens.clear();

    await poll();
    await poll();

    expect(before).toBe(10);
    expect(cloud.signIns()).toHaveLength(12);
  });

  it.each([1, 2])('of which %i are rejected: the others sign in', async (count) => {
    const { cloud, clock, poll } = await arrange(6);
    const rejected = Array.from({ length: count }, (_, index) => index);
    for (const index of rejected) cloud.state.closedProjects.add(idOf(index));
    let ends = await poll();
    for (let minute = 0; minute < 10; minute += 1) {
      clock.advance(MINUTE);
      ends = await poll();
    }

    expect(succeeded(ends)).toEqual([0, 1, 2, 3, 4, 5].filter((index) => !rejected.includes(index)));
  });

  it('of which the first five are rejected try one after another, so that the others sign in', async () => {
    const { cloud, clock, poll } = await arrange(8);
    for (let index = 0; index < 5; index += 1) cloud.state.closedProjects.add(idOf(index));
    let ends = await poll();
    for (let minute = 0; minute < 21; minute += 1) {
      clock.advance(MINUTE);
      ends = await poll();
    }

    expect(succeeded(ends)).toEqual([5, 6, 7]);
  });

  it('of which one is rejected sign in at once, and that one again after five minutes', async () => {
    const { cloud, clock, poll, clients } = await arrange(4);
    cloud.state.closedProjects.add(idOf(0));

    const ends = await poll();
    for (let minute = 0; minute < 4; minute += 1) {
      clock.advance(MINUTE);
      await poll();
    }
    const within = cloud.signIns().length;
    clock.advance(MINUTE);
    await poll();

    expect(succeeded(ends)).toEqual([1, 2, 3]);
    expect([within, cloud.signIns().length]).toEqual([4, 5]);
    expect(clients[0]?.observations.filter(({ code }) => code === '401')).toHaveLength(2);
  });
});

describe('a rejected password', () => {
  it('does not keep another user, or the same user with another password, from signing in', async () => {
    const { cloud, clock, signInGuard } = await arrange(0);
    const at = (index: number, password: string, user: string) =>
      clientFor(project(cloud.origin, index, secretOf(password), user), { clock: clock.now, signInGuard });
    await failureOf(list(cloud, at(0, WRONG, 'reader')));
    await failureOf(list(cloud, at(1, WRONG, 'reader')));
    await failureOf(list(cloud, at(2, WRONG, 'reader')));

    await list(cloud, at(3, PASSWORD, 'writer'));
    await list(cloud, at(4, PASSWORD, 'reader'));

    expect(cloud.signIns()).toHaveLength(4);
  });

  it('is one of at most four attempts in 15 minutes, whatever the passwords', async () => {
    const { cloud, clock, signInGuard } = await arrange(0);
    const password = secretOf('');
    const client = clientFor(project(cloud.origin, 0, password), { clock: clock.now, signInGuard });
    const failures = [];
    for (let count = 0; count < 6; count += 1) {
      password.value = `${WRONG}-${count}`;
      failures.push(await failureOf(list(cloud, client)));
      clock.advance(MINUTE);
    }
    const within = cloud.signIns().length;
    password.value = PASSWORD;
    clock.advance(10 * MINUTE);

    await list(cloud, client);

    expect(within).toBe(4);
    expect(failures[5]?.message).toBe(
      'cannot sign in: 4 sign-ins of this user were refused in the last 15 minutes, and one more could lock the account; not retried before 2024-01-04T00:16:00Z',
    );
    expect(failures[5]?.details.kind).toBe('auth');
  });

  it('warns against repeating a command that runs once', async () => {
    const { cloud, clock } = await arrange(0);
    const signInGuard = createSignInGuard(clock.now, { oneShot: true });
    const client = clientFor(project(cloud.origin, 0, secretOf(WRONG)), { clock: clock.now, signInGuard });

    const failure = await failureOf(list(cloud, client));

    expect(failure.message).toMatch(
      /; fix this before running the command again: 5 failed sign-ins lock the account for 15 minutes$/,
    );
    expect(failure.message).not.toContain('not retried');
  });
});

describe('a sign-in guard', () => {
  const signIn: SignIn = {
    method: 'password',
    cloud: 'myhuaweicloud.com',
    identity: ['company', 'reader'],
    secret: WRONG,
    scope: 'a',
  };

  it('sends sign-ins of one account one at a time until one succeeds, then the others at once', async () => {
    const guard = createSignInGuard(createTestClock().now);
    const sent: string[] = [];
    const responses: (() => void)[] = [];
    const send = (scope: string) => () =>
      new Promise<void>((resolve) => {
        sent.push(scope);
        responses.push(resolve);
      });
    const ends = ['a', 'b', 'c', 'd'].map((scope) => guard.run({ ...signIn, scope }, send(scope)));
    await setImmediate();
    const first = [...sent];

    responses[0]?.();
    await setImmediate();
    const afterwards = [...sent];
    for (const respond of responses) respond();
    await Promise.all(ends);

    expect(first).toEqual(['a']);
    expect(afterwards).toEqual(['a', 'b', 'c', 'd']);
  });
});
