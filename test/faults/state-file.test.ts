import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase, type StateDatabase } from '../../src/state-file/database.ts';
import { databaseStore } from '../../src/state-file/database-client.ts';
import { temporaryDirectory } from '../support/exporter-process.ts';

const SAVING_CHILD = fileURLToPath(new URL('saving-child.ts', import.meta.url));
const NOW = new Date('2024-01-04T00:00:00Z');
const ASIDE = 'state.unreadable-20240104T000000Z';

let files: Awaited<ReturnType<typeof temporaryDirectory>>;
let path: string;
let opened: StateDatabase[];
beforeEach(async () => {
  files = await temporaryDirectory();
  path = files.path('state');
  opened = [];
});
afterEach(async () => {
  for (const database of opened) database.close();
  await files.remove();
});

function open(at = path): StateDatabase {
  const database = openDatabase(at, NOW);
  opened.push(database);
  return database;
}

function close(database: StateDatabase): void {
  opened.splice(opened.indexOf(database), 1);
  database.close();
}

/** A file with two saved services, closed as at the end of a process. */
function savedFile(): void {
  const database = open();
  database.save([
    { key: 'ges', text: `${JSON.stringify(Array.from({ length: 2000 }, () => crypto.randomUUID()))}\n` },
    { key: 'rds', text: 'rds\n' },
  ]);
  close(database);
}

describe('the database of a state file', () => {
  it('returns the last saved texts', () => {
    const database = open();
    database.save([
      { key: 'a', text: 'one' },
      { key: 'b', text: 'ünö\n'.repeat(100_000) },
    ]);
    database.save([{ key: 'a', text: 'two' }]);
    close(database);

    expect(open().saved).toEqual([
      { key: 'a', text: 'two' },
      { key: 'b', text: 'ünö\n'.repeat(100_000) },
    ]);
  });

  it('is one file that only its owner can read', () => {
    const umask = process.umask(0);
    try {
      savedFile();
    } finally {
      process.umask(umask);
    }

    expect(readdirSync(files.directory)).toEqual(['state']);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('can be in a directory behind a symbolic link', () => {
    mkdirSync(files.path('real'));
    symlinkSync(files.path('real'), files.path('link'));

    close(open(files.path('link/state')));

    expect(readdirSync(files.path('real'))).toEqual(['state']);
  });

  it('can be opened by one process at a time; another one gets an error', async () => {
    const first = databaseStore(path);
    await first.open();

    const second = databaseStore(path).open();
    await expect(second).rejects.toMatchObject({ kind: 'unusable', message: 'is in use by another process' });

    first.close();
    const third = databaseStore(path);
    expect((await third.open()).saved).toEqual([]);
    third.close();
  }, 30_000);
});

describe('a path that is not for a state file', () => {
  const contentOf = (name: string): string => readFileSync(files.path(name), 'utf8');

  it.each<[string, () => unknown]>([
    ['is a directory, not a file', () => mkdirSync(path)],
    ['is a named pipe, not a file', () => execFileSync('mkfifo', [path])],
    ['is a symbolic link, not a file', () => symlinkSync(files.path('target'), path)],
    ['is not a state file of this exporter', () => writeFileSync(path, 'precious')],
    ['is not a state file of this exporter', () => writeFileSync(path, '{"version":1,"services":{}}\n')],
    [
      'is not a state file of this exporter',
      () => {
        const foreign = new DatabaseSync(path);
        foreign.exec('CREATE TABLE precious (x)');
        foreign.close();
      },
    ],
  ])('%s: it is rejected and left unchanged', (message, make) => {
    make();
    const before = lstatSync(path);

    expect(() => open()).toThrow(expect.objectContaining({ kind: 'not a state file', message }));

    expect(lstatSync(path)).toMatchObject({ mode: before.mode, ino: before.ino, size: before.size });
    expect(readdirSync(files.directory)).toEqual(['state']);
  });

  it('is a socket, not a file: it is rejected and left unchanged', async () => {
    const server = createServer().listen(path);
    try {
      expect(() => open()).toThrow(expect.objectContaining({ message: 'is a socket, not a file' }));
    } finally {
      server.close();
    }
  });

  it('is a device, not a file: it is rejected and left unchanged', (context) => {
    // A new device node rather than one that the machine needs.
    try {
      execFileSync('mknod', [path, 'c', '1', '3'], { stdio: 'ignore' });
    } catch {
      context.skip('only root can create a device');
    }

    expect(() => open()).toThrow(expect.objectContaining({ message: 'is a device, not a file' }));
    expect(lstatSync(path).isCharacterDevice()).toBe(true);
  });

  it('is read no further than its header, however large it is', () => {
    writeFileSync(path, 'x');
    truncateSync(path, 3 * 2 ** 30);

    expect(() => open()).toThrow('is not a state file of this exporter');
  });

  it('cannot be read: it is rejected and left unchanged', (context) => {
    savedFile();
    chmodSync(path, 0);
    if (process.getuid?.() === 0) context.skip('root can read everything');

    expect(() => open()).toThrow(
      expect.objectContaining({ kind: 'unusable', message: 'cannot be read: permission denied (EACCES)' }),
    );
    expect(contentOf('state').length).toBeGreaterThan(0);
  });
});

describe('a directory in which no state file can be created', () => {
  it('because it does not exist may be created later', () => {
    const late = files.path('volume/state');
    expect(() => open(late)).toThrow(
      expect.objectContaining({
        kind: 'unavailable',
        message: `cannot be created: there is no directory ${files.path('volume')}; create it, writable by this user`,
      }),
    );

    mkdirSync(files.path('volume'));

    expect(open(late).saved).toEqual([]);
  });

  it('because it is not writable is reported in plain words', () => {
    expect(() => open('/sys/state')).toThrow(
      /^cannot be created: (permission denied|operation not permitted|the file system is read-only)/,
    );
  });
});

describe('a damaged state file', () => {
  const damages: readonly (readonly [name: string, make: (content: Buffer) => Buffer])[] = [
    ['contains NUL bytes, as after a power failure', (content) => Buffer.alloc(content.length)],
    ['was truncated', (content) => content.subarray(0, content.length / 2)],
    [
      'was overwritten in the middle',
      (content) => content.fill(0x5a, content.length / 2, content.length / 2 + 400),
    ],
    ['lost the page that lists its tables', (content) => content.fill(0, 100, 4096)],
  ];

  it.each(damages)('because it %s is set aside, and a new one is created', (_, make) => {
    savedFile();
    const content = make(readFileSync(path));
    writeFileSync(path, content);

    const database = open();
    database.save([{ key: 'ges', text: 'new' }]);

    expect(database.saved.map(({ key }) => key)).toEqual([]);
    expect(database.replaced).toEqual({
      reason: expect.stringMatching(/^it is damaged/),
      keptAs: files.path(ASIDE),
    });
    expect(readFileSync(files.path(ASIDE))).toEqual(content);
  });

  it('is never misread, whichever byte is changed', () => {
    savedFile();
    const saved = open();
    const expected = saved.saved;
    close(saved);
    const content = readFileSync(path);
    let detected = 0;

    for (let tried = 0; tried < 100; tried += 1) {
      const at = Math.floor((tried * content.length) / 100) + (tried % 7);
      const changed = Buffer.from(content);
      changed[at] = (changed[at] ?? 0) ^ (1 << (tried % 8));
      writeFileSync(path, changed);
      try {
        const database = open();
        if (database.replaced === undefined) expect(database.saved).toEqual(expected);
        else detected += 1;
        close(database);
      } catch (error) {
        expect(error).toMatchObject({ kind: 'not a state file' });
        detected += 1;
      }
    }

    expect(detected).toBeGreaterThan(50);
  }, 60_000);

  it('does not leave its write-ahead log to the new one', async () => {
    const killed = spawn(process.execPath, [SAVING_CHILD, path], {
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
    });
    await once(killed.stdout, 'data');
    process.kill(-(killed.pid ?? 0), 'SIGKILL');
    await once(killed, 'close');
    writeFileSync(path, readFileSync(path).fill(0));

    const database = open();
    database.save([{ key: 'ges', text: 'new' }]);
    close(database);

    expect(readdirSync(files.directory).toSorted()).toEqual(['state', ASIDE]);
    expect(open().saved).toEqual([{ key: 'ges', text: 'new' }]);
  });

  it('with a newer version is reported as such', () => {
    savedFile();
    const newer = new DatabaseSync(path);
    newer.exec('PRAGMA user_version = 2');
    newer.close();

    expect(open().replaced?.reason).toBe('its version is 2, this exporter reads 1');
  });
});
