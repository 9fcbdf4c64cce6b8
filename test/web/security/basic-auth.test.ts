import { rm, writeFile } from 'node:fs/promises';
import bcrypt from 'bcryptjs';
import { describe, expect, it } from 'vitest';
import { createBasicAuth, readCredentials } from '../../../src/web/security/basic-auth.ts';
import { queuePasswordChecks } from '../../../src/web/security/passwords.ts';
import {
  basic,
  eventually,
  exchange,
  hashOf,
  plainPasswords,
  request,
  startServer,
  statusOf,
  webConfigFile,
} from './support.ts';

const usersFile = (users: Readonly<Record<string, string>>, more = ''): Promise<string> =>
  webConfigFile(
    `basic_auth_users:\n${Object.entries(users)
      .map(([user, hash]) => `  ${user}: ${hash}\n`)
      .join('')}${more}`,
  );

/** Comparisons that wait until the test releases them. */
const heldPasswords = () => {
  const held: (() => void)[] = [];
  const passwords = plainPasswords(
    () =>
      new Promise<void>((resolve) => {
        held.push(resolve);
      }),
  );
  return { passwords, held };
};

describe('basic authentication', () => {
  it('accepts the correct password and rejects everything else with 401', async () => {
    const webConfig = await usersFile({ alice: hashOf('secret') });
    const { listening } = await startServer({ webConfig, passwords: plainPasswords() });
    const send = (headers: Readonly<Record<string, string>>) =>
      exchange(listening, request('/metrics', headers));

    const right = await send(basic('alice', 'secret'));
    const refused = [
      await send({}),
      await send(basic('alice', 'Secret')),
      await send(basic('alice', '')),
      await send(basic('mallory', 'secret')),
      await send({ Authorization: 'Bearer secret' }),
      await send({ Authorization: 'Basic ' }),
      await send({ Authorization: 'Basic alice:secret' }),
    ];

    expect(right).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*admitted$/);
    for (const response of refused) {
      expect(statusOf(response)).toBe(401);
      expect(response).toMatch(/^WWW-Authenticate: Basic realm="huaweicloud-backup-exporter"/m);
      expect(response).not.toContain('admitted');
    }
  });

  it.each(['$2a$', '$2b$', '$2y$'])('accepts bcrypt hashes with the prefix %s', async (revision) => {
    const hash = bcrypt.hashSync('pässword', 4).replace('$2b$', revision);
    const { listening } = await startServer({ webConfig: await usersFile({ alice: hash }) });

    const right = await exchange(listening, request('/', basic('alice', 'pässword')));
    const wrong = await exchange(listening, request('/', basic('alice', 'password')));

    expect([right, wrong].map(statusOf)).toEqual([200, 401]);
  });

  it.each([
    ['/', 401],
    ['/metrics', 401],
    ['/nowhere', 401],
    ['/-/reload', 401],
    ['/-/healthy', 200],
    ['/-/ready', 200],
    ['/-/healthy?verbose=1', 200],
    ['/-/healthy/', 401],
    ['/-/Healthy', 401],
    ['/-/healthy/../../metrics', 401],
    ['/metrics?/-/healthy', 401],
    ['//-/healthy', 401],
    ['/%2d/healthy', 401],
    ['http://exporter/metrics', 401],
  ])('responds to %s without a password: %i', async (path, status) => {
    const webConfig = await usersFile({ alice: hashOf('secret') });
    const { listening } = await startServer({ webConfig, passwords: plainPasswords() });

    const response = await exchange(listening, request(path));

    expect(statusOf(response)).toBe(status);
  });

  it('takes as long for an unknown user: one comparison with a hash of the same cost', async () => {
    const users = { alice: hashOf('secret', '10'), bob: hashOf('word', '10') };
    const passwords = plainPasswords();
    const { listening } = await startServer({ webConfig: await usersFile(users), passwords });

    await exchange(listening, request('/', basic('alice', 'guess')));
    const forKnown = passwords.compared.splice(0);
    await exchange(listening, request('/', basic('mallory', 'guess')));
    const forUnknown = passwords.compared.splice(0);

    expect(forKnown).toEqual([`guess ${users.alice}`]);
    expect(forUnknown).toHaveLength(1);
    expect([`guess ${users.alice}`, `guess ${users.bob}`]).toContain(forUnknown[0]);
  });

  it('rejects an unknown user with the password of a known one', async () => {
    const passwords = plainPasswords();
    const webConfig = await usersFile({ alice: hashOf('secret') });
    const { listening } = await startServer({ webConfig, passwords });

    const responses = [
      await exchange(listening, request('/', basic('mallory', 'secret'))),
      await exchange(listening, request('/', basic('mallory', 'secret'))),
    ];

    expect(responses.map(statusOf)).toEqual([401, 401]);
    expect(passwords.compared).toHaveLength(2);
  });

  it('compares correct credentials once and wrong ones every time', async () => {
    const passwords = plainPasswords();
    const webConfig = await usersFile({ alice: hashOf('secret') });
    const { listening } = await startServer({ webConfig, passwords });

    for (let scrape = 0; scrape < 3; scrape += 1) {
      await exchange(listening, request('/', basic('alice', 'secret')));
      await exchange(listening, request('/', basic('alice', 'wrong')));
    }

    const count = (password: string) =>
      passwords.compared.filter((line) => line.startsWith(`${password} `)).length;
    expect({ right: count('secret'), wrong: count('wrong') }).toEqual({ right: 1, wrong: 3 });
  });

  it('remembers only the most recently used credentials', async () => {
    const passwords = plainPasswords();
    const users = { a: hashOf('a'), b: hashOf('b'), c: hashOf('c') };
    const { listening } = await startServer({
      webConfig: await usersFile(users),
      passwords,
      limits: { rememberedCredentials: 2 },
    });
    const scrapeAs = (user: string) => exchange(listening, request('/', basic(user, user)));

    for (const user of ['a', 'b', 'a', 'c', 'a', 'b']) await scrapeAs(user);

    const order = passwords.compared.map((line) => line.slice(0, 1)).join('');
    expect(order).toBe('abcb');
  });

  it('rejects a password that was removed from the file', async () => {
    const passwords = plainPasswords();
    const webConfig = await usersFile({ alice: hashOf('old') });
    const { server, listening } = await startServer({ webConfig, passwords });
    const first = await exchange(listening, request('/', basic('alice', 'old')));
    await writeFile(webConfig, `basic_auth_users:\n  alice: ${hashOf('new')}\n`);

    await server.refresh();
    const old = await exchange(listening, request('/', basic('alice', 'old')));
    const fresh = await exchange(listening, request('/', basic('alice', 'new')));

    expect([first, old, fresh].map(statusOf)).toEqual([200, 401, 200]);
  });

  it('applies a change to open connections', async () => {
    const webConfig = await usersFile({ alice: hashOf('old') });
    const { server, listening } = await startServer({ webConfig, passwords: plainPasswords() });
    const url = `http://${listening.address}/`;
    const first = await fetch(url, { headers: basic('alice', 'old') });
    await first.text();
    await writeFile(webConfig, `basic_auth_users:\n  bob: ${hashOf('new')}\n`);

    await server.refresh();
    const second = await fetch(url, { headers: basic('alice', 'old') });

    expect([first.status, second.status]).toEqual([200, 401]);
  });

  it('keeps the users if the file becomes invalid, and logs it once', async () => {
    const webConfig = await usersFile({ alice: hashOf('secret') });
    const { server, listening, lines } = await startServer({ webConfig, passwords: plainPasswords() });
    await writeFile(webConfig, 'basic_auth_users:\n  alice: secret\n');

    const statuses: number[] = [];
    for (let scrape = 0; scrape < 3; scrape += 1) {
      await server.refresh();
      statuses.push(statusOf(await exchange(listening, request('/', basic('alice', 'secret')))));
      statuses.push(statusOf(await exchange(listening, request('/'))));
    }

    expect(statuses).toEqual([200, 401, 200, 401, 200, 401]);
    expect(lines.filter((line) => line.startsWith('error'))).toEqual([
      expect.stringContaining(`${webConfig}:2: basic_auth_users.alice: the value is not a bcrypt hash`),
    ]);
  });

  it.each([
    ['is emptied', (file: string) => writeFile(file, '')],
    ['contains only comments', (file: string) => writeFile(file, '# to be filled in\n')],
    ['loses its last user', (file: string) => writeFile(file, 'basic_auth_users: {}\n')],
    ['is deleted', (file: string) => rm(file)],
  ])('stays enabled if the file %s, and logs an error', async (_how, change) => {
    const webConfig = await usersFile({ alice: hashOf('secret') });
    const { server, listening, lines } = await startServer({ webConfig, passwords: plainPasswords() });

    await change(webConfig);
    await server.refresh();
    const right = await exchange(listening, request('/', basic('alice', 'secret')));
    const wrong = await exchange(listening, request('/', basic('alice', 'guess')));
    const none = await exchange(listening, request('/'));

    expect([right, wrong, none].map(statusOf)).toEqual([200, 401, 401]);
    expect(lines.filter((line) => line.startsWith('error'))).toEqual([
      expect.stringContaining('web configuration not applied, keeping the previous one'),
    ]);
  });

  it('logs no password, hash or header', async () => {
    const webConfig = await usersFile({ alice: hashOf('s3cr3t') });
    const { listening, lines } = await startServer({ webConfig, passwords: plainPasswords() });

    await exchange(listening, request('/', basic('alice', 's3cr3t')));
    await exchange(listening, request('/', basic('alice', 's3cr3t-guess')));

    expect(lines.join('\n')).toContain('request rejected');
    expect(lines.join('\n')).not.toMatch(/s3cr3t|\$2y|Basic|YWxpY2/);
  });
});

describe('a flood of wrong passwords', () => {
  it('does not delay a user whose password is already verified', async () => {
    const { passwords, held } = heldPasswords();
    const webConfig = await usersFile({ alice: hashOf('secret') });
    const { listening } = await startServer({ webConfig, passwords });
    const first = exchange(listening, request('/', basic('alice', 'secret')));
    await eventually(() => held.length === 1);
    held.pop()?.();
    await first;
    const flood = Array.from({ length: 100 }, (_, index) =>
      exchange(listening, request('/', basic('alice', `guess ${index}`))),
    );
    await eventually(() => held.length === 1);

    const response = await exchange(listening, request('/', basic('alice', 'secret')));

    expect(statusOf(response)).toBe(200);
    expect(held).toHaveLength(1);
    const releasing = setInterval(() => held.pop()?.(), 1);
    const statuses = (await Promise.all(flood)).map(statusOf);
    clearInterval(releasing);
    const counts = Object.groupBy(statuses, String);
    expect(Object.keys(counts)).toEqual(['401', '429']);
    expect(counts['401']).toHaveLength(4);
  });

  it('is compared one at a time, and rejected with Retry-After once the queue is full', async () => {
    const { passwords, held } = heldPasswords();
    const { listening } = await startServer({
      webConfig: await usersFile({ alice: hashOf('secret') }),
      passwords,
      limits: { waitingPasswords: 3, waitingPasswordsPerClient: 10 },
    });
    const waiting = ['a', 'b', 'c'].map((guess) => exchange(listening, request('/', basic('alice', guess))));
    await eventually(() => held.length === 1);

    const beyond = await exchange(listening, request('/', basic('alice', 'd')));

    expect(statusOf(beyond)).toBe(503);
    expect(beyond).toMatch(/^Retry-After: 1\r$/m);
    expect(passwords.compared).toHaveLength(1);
    const releasing = setInterval(() => held.pop()?.(), 1);
    expect((await Promise.all(waiting)).map(statusOf)).toEqual([401, 401, 401]);
    clearInterval(releasing);
  });

  it('does not block the main thread', async () => {
    const webConfig = await usersFile({ alice: bcrypt.hashSync('secret', 12) });
    const { listening } = await startServer({ webConfig });
    const flood = Array.from({ length: 4 }, (_, index) =>
      exchange(listening, request('/', basic('alice', `guess ${index}`))),
    );
    let finished = false;
    void Promise.all(flood).then(() => {
      finished = true;
    });

    let probes = 0;
    for (; !finished; probes += 1) await exchange(listening, request('/-/healthy'));

    // Four comparisons of that cost take a second of CPU time, in which the main thread would only respond ten times.
    expect(probes).toBeGreaterThan(20);
  });

  it('is rejected if the comparison fails', async () => {
    const webConfig = await usersFile({ alice: hashOf('secret') });
    const passwords = { compare: () => Promise.reject(new Error('gone')), close: () => Promise.resolve() };
    const { listening } = await startServer({ webConfig, passwords });

    const responses = [
      await exchange(listening, request('/', basic('alice', 'secret'))),
      await exchange(listening, request('/', basic('alice', 'secret'))),
    ];

    expect(responses.map(statusOf)).toEqual([503, 503]);
  });
});

describe('queued password checks', () => {
  const check = (client: string, password: string) => ({ client, key: password, password, hash: 'x' });

  it('leave room for clients other than the flooding one', async () => {
    const { passwords, held } = heldPasswords();
    const queue = queuePasswordChecks(passwords.compare, {
      waitingPasswords: 8,
      waitingPasswordsPerClient: 2,
    });
    const flood = ['1', '2', '3', '4'].map((password) => queue(check('flooder', password)));

    const other = queue(check('other', '5'));
    const releasing = setInterval(() => held.pop()?.(), 1);
    const verdicts = await Promise.all([...flood, other]);
    clearInterval(releasing);

    expect(verdicts).toEqual(['mismatch', 'mismatch', 'too many', 'too many', 'mismatch']);
  });

  it('are compared once if they are identical', async () => {
    const passwords = plainPasswords();
    const queue = queuePasswordChecks(passwords.compare, {
      waitingPasswords: 1,
      waitingPasswordsPerClient: 1,
    });

    const verdicts = await Promise.all(Array.from({ length: 5 }, () => queue(check('a', 'same'))));

    expect(verdicts).toEqual(Array.from({ length: 5 }, () => 'mismatch'));
    expect(passwords.compared).toHaveLength(1);
  });

  it('continue after one that failed, and free their slots', async () => {
    let calls = 0;
    const queue = queuePasswordChecks(
      () => {
        calls += 1;
        return calls === 1 ? Promise.reject(new Error('gone')) : Promise.resolve(true);
      },
      {
        waitingPasswords: 2,
        waitingPasswordsPerClient: 2,
      },
    );

    const first = await Promise.allSettled([queue(check('a', '1')), queue(check('a', '2'))]);
    const second = await Promise.all([queue(check('a', '3')), queue(check('a', '4'))]);

    expect(first.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
    expect(second).toEqual(['match', 'match']);
  });
});

describe('credentials', () => {
  const encoded = (text: string | Uint8Array): string => `Basic ${Buffer.from(text).toString('base64')}`;

  it.each([
    [encoded('alice:secret'), { user: 'alice', password: 'secret' }],
    [encoded('alice:se:cret'), { user: 'alice', password: 'se:cret' }],
    [encoded(':'), { user: '', password: '' }],
    [encoded('ünï:çødé'), { user: 'ünï', password: 'çødé' }],
    [encoded('a:b').replace('Basic', 'bAsIc'), { user: 'a', password: 'b' }],
    [encoded('alice'), undefined],
    [encoded(Uint8Array.of(0x61, 0x3a, 0xff)), undefined],
    ['Basic !!!!', undefined],
    ['Basic', undefined],
    ['Digest username="alice"', undefined],
    [undefined, undefined],
  ])('in %s are parsed as %j', (header, credentials) => {
    expect(readCredentials(header)).toEqual(credentials);
  });

  it('are distinguished if user and password concatenate to the same text', async () => {
    const passwords = plainPasswords();
    const limits = { waitingPasswords: 9, waitingPasswordsPerClient: 9 };
    const authenticate = createBasicAuth(queuePasswordChecks(passwords.compare, limits), 9);
    const users = new Map([
      ['a', hashOf('1b')],
      ['a1', hashOf('1b')],
    ]);
    const admit = (user: string, password: string) =>
      authenticate(users, basic(user, password).Authorization, 'x');

    const admissions = [await admit('a', '1b'), await admit('a1', 'b'), await admit('a1', '1b')];

    expect(admissions).toEqual(['admitted', 'refused', 'admitted']);
    expect(passwords.compared).toHaveLength(3);
  });
});
