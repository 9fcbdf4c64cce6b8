import { readFile } from 'node:fs/promises';
import { errorMessage } from '../errors.ts';
import { fileError } from '../files/file-error.ts';
import { parseRecording, type Recording } from '../recording/recording.ts';
import { type ReplayedCloud, startReplay } from '../recording/replay.ts';
import { CommandError } from './command-error.ts';
import { EXIT } from './exit-codes.ts';

/** Serves the recording in a file, as if it had been made now. */
export async function replayFile(path: string, now: number): Promise<ReplayedCloud> {
  const recording = await readRecording(path);
  return await startReplay(recording, Math.round(now - Date.parse(recording.recorded_at) / 1000));
}

async function readRecording(path: string): Promise<Recording> {
  const refuse = (why: string) => new CommandError(`--replay: cannot read ${path}: ${why}`, EXIT.usage);
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw refuse(fileError(error));
  });
  try {
    return parseRecording(text);
  } catch (error) {
    throw refuse(errorMessage(error));
  }
}
