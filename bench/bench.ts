import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildClientGolang } from './contestants.ts';

/** What every measurement works with. */
export interface Bench {
  /** The script of the exporter: the compiled command, or its source. */
  readonly main: string;
  /** Takes the files of the bench; gone at its end. */
  readonly directory: string;
  /** The command that serves with client_golang. */
  readonly clientGolang: string;
  /** Removes the files. */
  readonly close: () => void;
}

/** Makes ready what every measurement needs. The files go with the process, if not before. */
export function openBench(main: string): Bench {
  const directory = mkdtempSync(join(tmpdir(), 'backup-exporter-bench-'));
  const remove = (): void => rmSync(directory, { recursive: true, force: true });
  process.once('exit', remove);
  const clientGolang = buildClientGolang(directory);
  return { main, directory, clientGolang, close: remove };
}
