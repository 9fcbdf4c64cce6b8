import { type Seconds, seconds } from '../../domain/quantities.ts';
import { durationWords } from '../../status/words.ts';
import type { Terminal } from '../terminal.ts';
import { cutToWidth } from '../text-table.ts';

/** Tells on standard error that something goes on. */
export interface ProgressLine {
  readonly show: (what: string, elapsed: Seconds) => void;
  /** Clears what stands on the terminal. */
  readonly end: () => void;
}

const TELL_EVERY = 60;
const CLEAR = '\r\u001b[2K';

/** On a terminal one line that is written over; elsewhere a line a minute. */
export function createProgressLine({
  errorWidth,
  writeError,
}: Pick<Terminal, 'errorWidth' | 'writeError'>): ProgressLine {
  let told = Number.NEGATIVE_INFINITY;
  let shown = false;
  return {
    show: (what, elapsed) => {
      const since = durationWords(seconds(Math.floor(elapsed)));
      if (errorWidth !== undefined) {
        // A line that fills its row would leave a part of itself behind.
        const text = cutToWidth(what, errorWidth - 3 - since.length);
        writeError(`${CLEAR}${text}: ${since}`);
        shown = true;
      } else if (elapsed - told >= TELL_EVERY) {
        writeError(`${what}: ${since}\n`);
        told = elapsed;
      }
    },
    end: () => {
      if (shown) writeError(CLEAR);
    },
  };
}
