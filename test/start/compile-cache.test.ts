import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { compileCacheFolder } from '../../src/compile-cache.ts';

const NAME = 'huaweicloud-backup-exporter';
const USER = process.getuid?.() ?? 0;

// Not in the temporary folder, which is world-writable.
let base: string;
beforeEach(() => {
  base = mkdtempSync(join(homedir(), '.compile-cache-test-'));
  onTestFinished(() => rmSync(base, { recursive: true, force: true }));
});

function folderWith(mode: number, ...names: readonly string[]): string {
  const path = join(base, ...names);
  mkdirSync(path, { recursive: true });
  chmodSync(path, mode);
  return path;
}

describe('the folder for compiled code', () => {
  it('is in XDG_CACHE_HOME and accessible only by its user', () => {
    const folder = compileCacheFolder({ XDG_CACHE_HOME: base });

    expect(folder).toBe(join(base, NAME));
    expect(statSync(folder ?? '').mode & 0o777).toBe(0o700);
  });

  it('is in ~/.cache if XDG_CACHE_HOME is not set or not an absolute path', () => {
    expect(compileCacheFolder({}, () => base)).toBe(join(base, '.cache', NAME));
    expect(compileCacheFolder({ XDG_CACHE_HOME: 'cache' }, () => base)).toBe(join(base, '.cache', NAME));
  });

  it('is undefined for a user without a home', () => {
    const homeless = () => {
      throw new Error('no home');
    };

    expect(compileCacheFolder({}, homeless)).toBeUndefined();
    expect(compileCacheFolder({ XDG_CACHE_HOME: base }, homeless)).toBe(join(base, NAME));
    expect(compileCacheFolder({ CACHE_DIRECTORY: base }, homeless)).toBe(base);
  });

  it('is the first of the cache directories of systemd', () => {
    const folder = folderWith(0o755, 'service');
    const environment = { CACHE_DIRECTORY: `${folder}:${base}/other`, XDG_CACHE_HOME: base };

    expect(compileCacheFolder(environment)).toBe(folder);
  });

  it('is the target of the link that systemd creates for a dynamic user', () => {
    const folder = folderWith(0o700, 'private', 'service');
    symlinkSync(folder, join(base, 'service'));

    expect(compileCacheFolder({ CACHE_DIRECTORY: join(base, 'service') })).toBe(folder);
  });

  it.each([0o777, 0o770, 0o720, 0o1777])('is not used if others can write to it: mode %o', (mode) => {
    folderWith(mode, NAME);

    expect(compileCacheFolder({ XDG_CACHE_HOME: base })).toBeUndefined();
  });

  it('is not used if it belongs to another user, even root', () => {
    expect(compileCacheFolder({ XDG_CACHE_HOME: base }, homedir, USER + 1)).toBeUndefined();
  });

  it('is not used if it is a symbolic link', () => {
    symlinkSync(folderWith(0o700, 'target'), join(base, NAME));

    expect(compileCacheFolder({ XDG_CACHE_HOME: base })).toBeUndefined();
  });

  it.each([0o777, 0o1777])('is not created in a world-writable folder: mode %o', (mode) => {
    const shared = folderWith(mode, 'shared');

    expect(compileCacheFolder({ XDG_CACHE_HOME: join(shared, 'mine') })).toBeUndefined();
    expect(existsSync(join(shared, 'mine'))).toBe(false);
  });

  it('is undefined if its path contains a symbolic link or it cannot be created', () => {
    symlinkSync(folderWith(0o700, 'target'), join(base, 'link'));

    expect(compileCacheFolder({ XDG_CACHE_HOME: join(base, 'link') })).toBeUndefined();
    writeFileSync(join(base, 'file'), '');
    expect(compileCacheFolder({}, () => join(base, 'file'))).toBeUndefined();
  });
});
