import { chmod, lstat, mkdir, open, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readStates } from '../../src/state-file/format.ts';
import { openStateFile } from '../../src/state-file/state-file.ts';
import { temporaryDirectory } from '../support/exporter-process.ts';
import type { LogLine } from './exporter-under-test.ts';
import { countIn, stateOf, textOf } from './states.ts';
import { systemError, type WatchedFiles } from './watched-files.ts';

const watched = vi.hoisted((): WatchedFiles => ({ before: undefined }));
vi.mock('node:fs/promises', async (importOriginal) => {
  const { watchFiles } = await import('./watched-files.ts');
  return watchFiles(await importOriginal(), watched);
});

const KEY = '["prod","cn-north-4","ges"]';
const NOW = new Date('2024-01-04T00:00:00Z');

let files: Awaited<ReturnType<typeof temporaryDirectory>>;
let path: string;
let lines: LogLine[];
beforeEach(async () => {
  files = await temporaryDirectory();
  path = files.path('state');
  lines = [];
});
afterEach(async () => {
  watched.before = undefined;
  await files.remove();
});

function openFile(at = path) {
  const write =
    (level: string) =>
    (fields: LogLine['fields'], message: string): void => {
      lines.push({ level, fields, message });
    };
  const log = { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
  return openStateFile(at, log, () => NOW);
}

const savedText = () => textOf(new Map([[KEY, stateOf(3)]]));

describe('the state file', () => {
  it('brings back what was saved', async () => {
    await (await openFile()).save(KEY, stateOf(3));

    const restored = (await openFile()).restored(KEY);

    expect(restored).toEqual(stateOf(3));
    expect(lines).toEqual([]);
  });

  it('gives what was saved last, also to a service that comes back with a reload', async () => {
    const file = await openFile();

    await file.save(KEY, stateOf(4));

    expect(countIn(file.restored(KEY))).toBe(4);
  });

  it('can be read by its owner alone, whatever was left lying there', async () => {
    await writeFile(`${path}.new`, 'left by a killed process', { mode: 0o666 });
    await chmod(`${path}.new`, 0o666);

    await (await openFile()).save(KEY, stateOf(1));

    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readdir(files.directory)).toEqual(['state']);
  });

  it('is never written through a link that somebody has put there', async () => {
    const victim = await files.write('victim', 'precious');
    await symlink(victim, `${path}.new`);

    await (await openFile()).save(KEY, stateOf(1));

    expect(await readFile(victim, 'utf8')).toBe('precious');
    expect((await lstat(path)).isFile()).toBe(true);
  });

  it('is on the disk before it takes the place of the old one, and so is its name', async () => {
    const operations: string[] = [];
    watched.before = ({ name, path: at }) => {
      operations.push(`${name} ${at.replace(files.directory, '')}`.trim());
    };

    await (await openFile()).save(KEY, stateOf(1));

    expect(operations).toEqual([
      'unlink /state.new',
      'open wx /state.new',
      'appendFile /state.new',
      'sync /state.new',
      'close /state.new',
      'rename /state.new',
      'open r',
      'sync',
      'close',
    ]);
  });

  it('shares one write among services that are saved while another is under way', async () => {
    const file = await openFile();
    let renames = 0;
    watched.before = ({ name }) => {
      if (name === 'rename') renames += 1;
    };

    await Promise.all(
      Array.from({ length: 50 }, (_, index) => file.save(`service-${index}`, stateOf(index))),
    );

    expect(renames).toBeLessThanOrEqual(2);
    const again = await openFile();
    for (let index = 0; index < 50; index += 1) {
      expect(countIn(again.restored(`service-${index}`))).toBe(index);
    }
  });

  it('stays small: 10,000 backups take less than 50 bytes each', async () => {
    const listed = new Set(Array.from({ length: 10_000 }, () => crypto.randomUUID()));
    const state = stateOf(0, { ledger: { ...stateOf(0).ledger, listed } });

    await (await openFile()).save(KEY, state);

    expect((await stat(path)).size).toBeLessThan(500_000);
  });

  it('names what stands in the place of a file', async () => {
    await mkdir(path);

    await expect(openFile()).rejects.toThrow(/^the state file \S+ cannot be read: EISDIR$/);
  });
});

describe('a state file that cannot be used', () => {
  const newer = (text: string) => text.replace('state",1]', 'state",2]');
  const unusable: readonly (readonly [name: string, make: (text: string) => string | Buffer])[] = [
    ['is empty', () => ''],
    ['holds NUL bytes, as after a power failure', (text) => Buffer.alloc(text.length)],
    ['was cut', (text) => text.slice(0, text.length / 2)],
    ['was cut after a whole line', (text) => text.split('\n').slice(0, 3).join('\n')],
    ['was changed', (text) => text.replace('backup-1', 'backup-9')],
    ['is of a newer version', newer],
    ['is another program’s JSON', () => '{"version":1,"services":{}}\n'],
    ['is another program’s text', () => 'pid 4711\n'],
    ['holds JSON that is no line of ours', () => 'null\n42\n[]\n'],
    ['is binary', () => Buffer.from(Array.from({ length: 4096 }, (_, index) => (index * 7919) % 256))],
    ['holds two files, one after the other', (text) => text + text],
  ];

  it.each(unusable)('because it %s is reported and kept aside, and the exporter starts', async (_, make) => {
    const content = Buffer.from(make(await savedText()));
    await writeFile(path, content);

    const file = await openFile();
    await file.save(KEY, stateOf(1));

    expect(lines).toEqual([
      {
        level: 'error',
        fields: {
          file: path,
          reason: expect.stringMatching(/\S/),
          kept_as: `${path}.unreadable-20240104T000000Z`,
        },
        message: 'the state file cannot be used; counters start anew',
      },
    ]);
    expect(await readFile(`${path}.unreadable-20240104T000000Z`)).toEqual(content);
    expect(countIn((await openFile()).restored(KEY))).toBe(1);
  });

  it('because its version is newer is told apart from one that is damaged', async () => {
    await writeFile(path, newer(await savedText()));

    await openFile();

    expect(lines[0]?.fields['reason']).toBe('its version is 2, this exporter reads 1');
  });

  it.each([300, 3 * 1024])('because it holds %i MiB is kept aside unread', async (mebibytes) => {
    const handle = await open(path, 'w');
    await handle.truncate(mebibytes * 2 ** 20);
    await handle.close();

    const file = await openFile();

    expect(file.restored(KEY)).toBeUndefined();
    expect(await readdir(files.directory)).toEqual(['state.unreadable-20240104T000000Z']);
  });

  it('is noticed wherever it is cut and whichever byte is changed', async () => {
    const content = Buffer.from(await savedText());
    const damaged = [
      ...Array.from(content, (_, length) => content.subarray(0, length)),
      ...Array.from(content, (byte, index) => {
        const changed = Buffer.from(content);
        changed[index] = byte ^ (1 << (index % 8));
        return changed;
      }),
    ];

    const taken = damaged.filter((bytes) => readStates(bytes.toString('utf8')).kind === 'read');

    // Without the last newline nothing is missing.
    expect(taken).toEqual([content.subarray(0, -1)]);
    process.stdout.write(`${damaged.length} damaged state files tried\n`);
  });
});

describe('a disk that takes nothing', () => {
  const steps = ['open wx', 'appendFile', 'sync', 'rename'];
  const cases = ['ENOSPC', 'EROFS', 'EIO', 'EDQUOT'].flatMap((code) =>
    steps.map((step) => [code, step] as const),
  );

  it.each(cases)('(%s at %s) is logged once, and leaves the old file and no other', async (code, step) => {
    const file = await openFile();
    await file.save(KEY, stateOf(1));
    watched.before = ({ name, path: at }) => {
      if (name === step && at.endsWith('.new')) throw systemError(code);
    };

    for (let count = 2; count < 5; count += 1) await file.save(KEY, stateOf(count));

    expect(lines).toEqual([
      {
        level: 'error',
        fields: { file: path, error: code },
        message: 'the state file could not be written; counters may be lost at a restart',
      },
    ]);
    expect(countIn((await openFile()).restored(KEY))).toBe(1);
    expect(await readdir(files.directory)).toEqual(['state']);
  });

  it('holds the newest state as soon as it takes something again, and the log says so', async () => {
    const file = await openFile();
    watched.before = ({ name }) => {
      if (name === 'appendFile') throw systemError('ENOSPC');
    };
    await file.save(KEY, stateOf(1));
    watched.before = undefined;

    await file.save(KEY, stateOf(2));

    expect(lines.map(({ message }) => message)).toEqual([
      'the state file could not be written; counters may be lost at a restart',
      'the state file can be written again',
    ]);
    expect(countIn((await openFile()).restored(KEY))).toBe(2);
  });

  it('does not keep an exporter from starting without the file that it cannot move aside', async () => {
    await writeFile(path, 'not a state file');
    watched.before = () => {
      throw systemError('EROFS');
    };

    const file = await openFile();
    await file.save(KEY, stateOf(1));

    expect(lines.map(({ fields }) => fields)).toEqual([
      { file: path, reason: 'it is not a whole state file of this exporter' },
      { file: path, error: 'EROFS' },
    ]);
    expect(await readFile(path, 'utf8')).toBe('not a state file');
  });
});

describe('the way to the state file', () => {
  it('may lead over a link to the directory', async () => {
    await mkdir(files.path('real'));
    await symlink(files.path('real'), files.path('link'));

    await (await openFile(files.path('link/state'))).save(KEY, stateOf(1));

    expect(await readdir(files.path('real'))).toEqual(['state']);
  });

  it('may lead nowhere: that is logged, and the exporter goes on', async () => {
    const file = await openFile(files.path('no/such/directory/state'));

    await file.save(KEY, stateOf(1));

    expect(lines).toMatchObject([{ level: 'error', fields: { error: 'ENOENT' } }]);
  });
});
