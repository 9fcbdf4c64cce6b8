import type { Option } from 'commander';
import { flag, someText } from './flag-values.ts';

/** Waits for the exit code of the command that was asked for. */
export type RunCommand = (code: Promise<number>) => Promise<void>;

/** `--config.file`. */
export const configFileFlag = (): Option =>
  flag('--config.file <path>', 'configuration file; without one, one project from the environment', someText);
