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
  it('has the old content until the new content is committed', async () => {
    const replacement = await openReplacement(path);

    await pipeline(['ne', 'w'], replacement.stream, { end: false });
    const before = await text();
    await replacement.commit();

    expect([before, await text()]).toEqual(['old', 'new']);
    expect(await readdir(directory)).toEqual(['file']);
  });

  it('is unchanged, without leftovers, when the replacement is aborted', async () => {
    const replacement = await openReplacement(path);

    replacement.stream.write('half');
    await replacement.abort();

    expect(await text()).toBe('old');
    expect(await readdir(directory)).toEqual(['file']);
  });

  it('keeps the committed content when the replacement is aborted afterwards', async () => {
    const replacement = await openReplacement(path);
    await pipeline(['new'], replacement.stream, { end: false });

    await replacement.commit();
    await replacement.abort();

    expect(await text()).toBe('new');
  });

  it('never has mixed content when two replacements are written at the same time', async () => {
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

  it('has the requested mode', async () => {
    await chmod(path, 0o644);
    const replacement = await openReplacement(path, 0o600);

    await replacement.commit();

    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it('is not opened if its directory does not exist', async () => {
    await expect(openReplacement(join(directory, 'nowhere', 'file'))).rejects.toMatchObject({
      code: 'ENOENT',
    });
    await writeFile(join(directory, 'plain'), '');
    await expect(openReplacement(join(directory, 'plain', 'file'))).rejects.toMatchObject({
      code: 'ENOTDIR',
    });
  });
});
