import { readFile, stat } from 'node:fs/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parseRecording } from '../../src/recording/recording.ts';
import { startReplay } from '../../src/recording/replay.ts';
import { newFile, record, runCheck } from './check.ts';
import { checkReplay, expectSame, verdictsIn } from './check-replay.ts';
import { encodingsOf, type OtherService, SECRET_NUMBERS, SECRETS, startOtherCloud } from './other-cloud.ts';

/** Tests that apply to the recording of any account. `verdict`: the result of check for the service. */
export function describeAccount(account: OtherService, verdict: object): void {
  describe('a recording', () => {
    it('contains no secret, name, id, address, tag or user of the account, in any encoding', async () => {
      const { configuration } = await startOtherCloud(account);

      const text = (await record(configuration)).text.toLowerCase();

      const found = Object.entries(SECRETS).filter(([, secret]) =>
        encodingsOf(secret).some((encoded) => text.includes(encoded)),
      );
      expect(found).toEqual([]);
      expect(Object.values(SECRET_NUMBERS).filter((number) => text.includes(String(number)))).toEqual([]);
      expect(text).not.toContain('globex');
      expect(text).not.toContain('neptun');
    });

    it('shifts times by whole weeks, which keeps the time of day, the weekday and all differences', async () => {
      const { configuration } = await startOtherCloud(account);

      const recording = parseRecording((await record(configuration)).text);

      const away = (Date.now() - Date.parse(recording.recorded_at)) / 1000;
      const week = 7 * 86_400;
      expect(away).toBeGreaterThan(week / 2);
      expect(Math.abs(away - Math.round(away / week) * week)).toBeLessThan(60);
    });

    it('contains only the length of the token', async () => {
      const { configuration } = await startOtherCloud(account);

      const { responses } = parseRecording((await record(configuration)).text);

      expect(responses.find(({ operation }) => operation === 'sign_in')).toMatchObject({
        headers: { 'x-subject-token': SECRETS.token.length },
      });
    });

    it('is readable only by its owner, and replaces no file', async () => {
      const { configuration } = await startOtherCloud(account);
      const { path } = await record(configuration);
      const before = await readFile(path, 'utf8');

      const again = await runCheck(configuration, ['--record', path]);

      expect((await stat(path)).mode & 0o777).toBe(0o600);
      expect(again.code).toBe(2);
      expect(again.errors).toContain('it exists already; name a new file');
      expect(await readFile(path, 'utf8')).toBe(before);
    });

    it('prints each request on standard error, and how to review the file before sending it', async () => {
      const cloud = await startOtherCloud(account);

      const { errors, path } = await record(cloud.configuration, ['--json']);

      const named = errors.split('\n').filter((line) => /^[\w-]+ \w+.*: \d{3}/.test(line));
      expect(named).toHaveLength(cloud.requests.length);
      expect(errors).toMatch(
        new RegExp(`^${account.type} list_backups .*offset=1.*: 200 \\(probe: next rows\\)$`, 'm'),
      );
      expect(errors).toContain(`read it with "less ${path}"`);
    });

    it('takes about ten more requests per service than check, one at a time, with pauses', async () => {
      const cloud = await startOtherCloud(account);
      await runCheck(cloud.configuration, []);
      const usual = cloud.requests.length;
      const other = await startOtherCloud(account);

      const { pauses } = await record(other.configuration);

      const more = other.requests.length - usual;
      expect(more).toBeGreaterThan(7);
      expect(more).toBeLessThanOrEqual(13);
      expect(other.maxConcurrent()).toBe(1);
      expect(pauses.length).toBeGreaterThanOrEqual(other.requests.length - 3);
      expect(other.requests.filter((request) => !/^GET |auth\/tokens/.test(request))).toEqual([]);
    });

    it('sends no more requests to a service that returned 429', async () => {
      const { configuration, requests } = await startOtherCloud(account, { throttleAfter: 6 });

      const { text } = await record(configuration);

      expect(parseRecording(text).left_out).toContain(
        `project 0, ${account.type}: further probes, because it returned 429`,
      );
      expect(requests.length).toBeLessThan(30);
    });

    it('leaves no file if there was no response', async () => {
      const path = await newFile();
      const configuration = (await startOtherCloud(account)).configuration.replaceAll(
        /127\.0\.0\.1:\d+/g,
        '127.0.0.1:9',
      );

      const { errors } = await runCheck(configuration, ['--record', path]);

      expect(errors).toContain('Nothing was recorded: no response arrived.');
      await expect(stat(path)).rejects.toThrow();
    });
  });

  describe('a replayed recording', () => {
    it('has the same counts, ages, states and objectives as the account, with other names', async () => {
      const { configuration } = await startOtherCloud(account);
      const { path, ...original } = await record(configuration, ['--json']);

      const replayed = await checkReplay(path);

      expectSame(replayed.output, original.output);
      expect(replayed.code).toBe(original.code);
      expect(verdictsIn(original.output)).toMatchObject([verdict]);
    });

    it.each([
      ['refuses offsets and limits', { largestLimit: 5, pastTheEnd: 400 }],
      ['counts pages', { largestLimit: 5, offsetIsPage: true }],
      ['counts the rows of a page', { totalOfPage: true }],
      ['throttles', { throttleAfter: 6 }],
    ])('has the same results as a cloud that %s', async (_, difference) => {
      const { configuration } = await startOtherCloud(account, difference);
      const { path, ...original } = await record(configuration, ['--json']);

      const replayed = await checkReplay(path);

      expectSame(replayed.output, original.output);
    });

    it('returns 404 for a request that was not recorded', async () => {
      const recording = parseRecording((await record((await startOtherCloud(account)).configuration)).text);
      const replay = await startReplay(recording, 0);
      onTestFinished(replay.stop);
      const { projects } = replay.configuration as { projects: { services: { endpoint: string }[] }[] };
      const endpoint = projects[0]?.services[0]?.endpoint;

      const response = await fetch(`${endpoint}/v2/${'0'.repeat(32)}/nothing`);

      expect(response.status).toBe(404);
      expect(await response.json()).toMatchObject({ error_code: 'RECORDING.404' });
    });
  });

  it('check reports no contradictions for a cloud that matches the assumptions', async () => {
    const { configuration } = await startOtherCloud(account);

    const { output } = await runCheck(configuration, []);

    expect(output).not.toContain('recording');
  });
}
