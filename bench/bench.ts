import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildClientGolang } from './servers.ts';

/** The setup of all measurements. */
export interface Bench {
  /** The script of the exporter: the compiled command, or its source. */
  readonly main: string;
  /** For the files of the bench; removed at the end. */
  readonly directory: string;
  /** The command of the client_golang server. */
  readonly clientGolang: string;
  /** Removes the files. */
  readonly close: () => void;
}

/** Prepares all measurements. The files are removed when the process exits, if not before. */
export function openBench(main: string): Bench {
  const directory = mkdtempSync(join(tmpdir(), 'backup-exporter-bench-'));
  const remove = (): void => rmSync(directory, { recursive: true, force: true });
  process.once('exit', remove);
  const clientGolang = buildClientGolang(directory);
  return { main, directory, clientGolang, close: remove };
}
