import { readFile, stat } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { parseRecording } from '../../src/recording/recording.ts';
import { SERVICES } from '../../src/services/index.ts';
import { newFile, record, runCheck, simulatedConfiguration } from './check.ts';
import { encodingsOf, SECRET_NUMBERS, SECRETS, startOtherCloud } from './other-cloud.ts';

describe('a recording', () => {
  it('holds no secret, name, id, address, tag or user of the account, in any encoding', async () => {
    const { configuration } = await startOtherCloud();

    const text = (await record(configuration)).text.toLowerCase();

    const found = Object.entries(SECRETS).filter(([, secret]) =>
      encodingsOf(secret).some((encoded) => text.includes(encoded)),
    );
    expect(found).toEqual([]);
    expect(Object.values(SECRET_NUMBERS).filter((number) => text.includes(String(number)))).toEqual([]);
    expect(text).not.toContain('globex');
    expect(text).not.toContain('neptun');
  });

  it('keeps what the vendor says: statuses, sizes, durations, totals, versions, error codes', async () => {
    const { configuration } = await startOtherCloud();

    const { responses } = parseRecording((await record(configuration)).text);

    const backups = responses.find(({ operation }) => operation === 'list_backups');
    expect(backups?.body).toMatchObject({
      backup_count: 21,
      backup_list: expect.arrayContaining([
        expect.objectContaining({ status: 'failed', size: 102, duration: 120, data_store_version: '2.4.2' }),
      ]),
    });
    expect(responses.find(({ probe, service }) => probe === 'unknown id' && service === 'rds')).toMatchObject(
      {
        status: 404,
        body: {
          error_code: 'DBS.280110',
          error_msg: expect.stringMatching(/^The instance .* does not exist\.$/),
        },
      },
    );
    expect(responses.find(({ operation }) => operation === 'sign_in')).toMatchObject({
      headers: { 'x-subject-token': SECRETS.token.length },
    });
  });

  it('moves times by whole weeks: the time of day, the weekday and every difference stay', async () => {
    const { configuration } = await startOtherCloud();

    const recording = parseRecording((await record(configuration)).text);

    const away = (Date.now() - Date.parse(recording.recorded_at)) / 1000;
    const week = 7 * 86_400;
    expect(away).toBeGreaterThan(week / 2);
    expect(Math.abs(away - Math.round(away / week) * week)).toBeLessThan(60);
  });

  it('names an id in a path or a query as in the lists', async () => {
    const { configuration } = await startOtherCloud();

    const { responses } = parseRecording((await record(configuration)).text);

    const instances = responses.find(({ operation }) => operation === 'list_instances');
    const ids = ((instances?.body ?? { instances: [] }) as { instances: { id: string }[] }).instances.map(
      ({ id }) => id,
    );
    const asked = responses.filter(
      ({ service, operation }) => service === 'rds' && operation === 'list_backups',
    );
    expect(asked.length).toBeGreaterThan(2);
    for (const { query } of asked) expect(ids).toContain(query['instance_id']);
    const policy = responses.find(({ probe }) => probe === 'policy');
    expect(policy?.path).toBe(`/v3/{project_id}/instances/${ids[0]}/backups/policy`);
  });

  it('is for its owner alone, and replaces no file', async () => {
    const { configuration } = await startOtherCloud();
    const { path } = await record(configuration);
    const before = await readFile(path, 'utf8');

    const again = await runCheck(configuration, ['--record', path]);

    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(again.code).toBe(2);
    expect(again.errors).toContain('it exists already; name a new file');
    expect(await readFile(path, 'utf8')).toBe(before);
  });

  it('says on standard error each request, and how to look at the file before it is sent', async () => {
    const cloud = await startOtherCloud();

    const { errors, path } = await record(cloud.configuration, ['--json']);

    const named = errors.split('\n').filter((line) => /^\w+ \w+.*: \d{3}/.test(line));
    expect(named).toHaveLength(cloud.requests.length);
    expect(errors).toContain('ges list_backups offset=1 limit=2: 200 (probe: next rows)');
    expect(errors).toContain(`read it with "less ${path}"`);
  });

  it('makes about ten requests of a service besides those of check, one after the other, with pauses', async () => {
    const cloud = await startOtherCloud();
    await runCheck(cloud.configuration, []);
    const usual = cloud.requests.length;
    const other = await startOtherCloud();

    const { pauses } = await record(other.configuration);

    const more = other.requests.length - usual;
    expect(more).toBeGreaterThan(16);
    expect(more).toBeLessThanOrEqual(26);
    expect(other.mostAtOnce()).toBe(1);
    expect(pauses.length).toBeGreaterThanOrEqual(other.requests.length - 3);
    expect(other.requests.filter((request) => !/^GET |auth\/tokens/.test(request))).toEqual([]);
  });

  it('asks a service no more once it returns 429', async () => {
    const { configuration, requests } = await startOtherCloud({ throttleAfter: 12 });

    const { text } = await record(configuration);

    expect(parseRecording(text).left_out).toContain(
      'project 0, ges: further probes, because it returned 429',
    );
    expect(requests.length).toBeLessThan(30);
  });

  it('leaves no file behind where nothing answered', async () => {
    const path = await newFile();
    const configuration = (await startOtherCloud()).configuration.replaceAll(
      /127\.0\.0\.1:\d+/g,
      '127.0.0.1:9',
    );

    const { errors } = await runCheck(configuration, ['--record', path]);

    expect(errors).toContain('Nothing was recorded: no response arrived.');
    await expect(stat(path)).rejects.toThrow();
  });

  it('needs the cloud', async () => {
    const { configuration } = await startOtherCloud();

    const { code, errors } = await runCheck(configuration, ['--offline', '--record', '/nowhere']);

    expect(code).toBe(2);
    expect(errors).toContain('--record needs the cloud; leave out --offline');
  });
});

describe('a recording of the simulated cloud', () => {
  it('covers every service with probes, and says what it is of', async () => {
    const types = SERVICES.map(({ type }) => type);
    const configuration = await simulatedConfiguration(3, types);

    const { code, text } = await record(configuration);

    const recording = parseRecording(text);
    expect(code).toBe(0);
    expect(recording.cloud).toBe('simulated');
    for (const type of types) {
      const probes = recording.responses.filter(
        ({ service, probe }) => service === type && probe !== undefined,
      );
      expect(probes.length).toBeGreaterThanOrEqual(type === 'dws' ? 4 : 10);
      expect(probes.length).toBeLessThanOrEqual(12);
    }
  });

  it('of 2,000 resources is still small enough to be sent, and says what it leaves out', async () => {
    const configuration = await simulatedConfiguration(1000, ['ges', 'cbr']);

    const { text } = await record(configuration);

    expect(gzipSync(text).length).toBeLessThan(200_000);
    const { left_out: leftOut, responses } = parseRecording(text);
    expect(leftOut).toEqual(
      expect.arrayContaining([expect.stringMatching(/^project 0, \w+ \w+: \d+ responses/)]),
    );
    expect(responses.filter(({ probe }) => probe === 'next rows')).toHaveLength(4);
  });
});

it('a file that is no recording is refused in a sentence', () => {
  expect(() => parseRecording('{"format": 2}')).toThrow(/^not a recording of check --record: /);
  expect(() => parseRecording('nothing')).toThrow('not a recording: it is not JSON');
});
