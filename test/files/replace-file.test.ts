import { chmod, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { openReplacement } from '../../src/files/replace-file.ts';
import { temporaryDirectory } from '../support/exporter-process.ts';

let directory: string;
let path: string;
beforeEach(async () => {
  const files = await temporaryDirectory();
  onTestFinished(files.remove);
  ({ directory } = files);
  path = await files.write('file', 'old');
});

const text = (name = 'file') => readFile(join(directory, name), 'utf8');

describe('a file that is replaced', () => {
  it('is the old one until all of the new one is written, then the new one', async () => {
    const replacement = await openReplacement(path);

    await pipeline(['ne', 'w'], replacement.stream, { end: false });
    const before = await text();
    await replacement.commit();

    expect([before, await text()]).toEqual(['old', 'new']);
    expect(await readdir(directory)).toEqual(['file']);
  });

  it('stays the old one, and nothing else is left, when writing is given up', async () => {
    const replacement = await openReplacement(path);

    replacement.stream.write('half');
    await replacement.abort();

    expect(await text()).toBe('old');
    expect(await readdir(directory)).toEqual(['file']);
  });

  it('stays what was committed when it is given up afterwards', async () => {
    const replacement = await openReplacement(path);
    await pipeline(['new'], replacement.stream, { end: false });

    await replacement.commit();
    await replacement.abort();

    expect(await text()).toBe('new');
  });

  it('is one of two when two write it at the same time, never a mixture', async () => {
    const [one, other] = await Promise.all([openReplacement(path), openReplacement(path)]);

    one.stream.write('a'.repeat(100_000));
    other.stream.write('b'.repeat(100_000));
    await one.commit();
    const first = await text();
    await other.commit();

    expect(new Set(first)).toEqual(new Set('a'));
    expect(new Set(await text())).toEqual(new Set('b'));
    expect(await readdir(directory)).toEqual(['file']);
  });

  it('has the mode that was asked for', async () => {
    await chmod(path, 0o644);
    const replacement = await openReplacement(path, 0o600);

    await replacement.commit();

    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it('is not begun where there is no directory for it', async () => {
    await expect(openReplacement(join(directory, 'nowhere', 'file'))).rejects.toMatchObject({
      code: 'ENOENT',
    });
    await writeFile(join(directory, 'plain'), '');
    await expect(openReplacement(join(directory, 'plain', 'file'))).rejects.toMatchObject({
      code: 'ENOTDIR',
    });
  });
});
