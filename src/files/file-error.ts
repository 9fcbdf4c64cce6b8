import { getSystemErrorMessage } from 'node:util';
import { errorCode, errorMessage } from '../errors.ts';

const WORDS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EDQUOT: 'disk quota exceeded',
  EIO: 'input/output error',
  EISDIR: 'it is a directory',
  ELOOP: 'too many symbolic links',
  ENAMETOOLONG: 'the name is too long',
  ENOENT: 'no such file or directory',
  ENOSPC: 'no space left on device',
  ENOTDIR: 'a part of the path is not a directory',
  EPERM: 'operation not permitted',
  EPIPE: 'the reader closed the pipe',
  EROFS: 'the file system is read-only',
};

/** Why a file could not be read or written, in the system's usual words and with its code. */
export function fileError(error: unknown): string {
  const code = errorCode(error);
  const errno = error instanceof Error && 'errno' in error ? Number(error.errno) : undefined;
  const words = WORDS[code ?? ''] ?? (errno === undefined ? undefined : getSystemErrorMessage(errno));
  return words === undefined ? errorMessage(error) : `${words} (${code})`;
}
