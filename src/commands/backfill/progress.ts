import type { BackfillProgress } from '../../backfill/backfill.ts';
import { countWords } from '../../status/words.ts';
import type { CommandTime } from '../command-time.ts';
import type { Terminal } from '../terminal.ts';
import { cutToWidth } from '../text-table.ts';

/** Tells on standard error how far writing is. */
export interface BackfillLine {
  readonly show: (progress: BackfillProgress) => void;
  /** Clears what stands on the terminal. */
  readonly end: () => void;
}

const CLEAR = '\r\u001b[2K';
const ON_A_TERMINAL = 0.5;
const ELSEWHERE = 10;

/** On a terminal one line that is written over twice a second; elsewhere a line every ten seconds. */
export function createBackfillLine(
  { errorWidth, writeError }: Pick<Terminal, 'errorWidth' | 'writeError'>,
  { clock }: Pick<CommandTime, 'clock'>,
): BackfillLine {
  const every = errorWidth === undefined ? ELSEWHERE : ON_A_TERMINAL;
  let told = clock();
  let shown = false;
  return {
    show: ({ samples, done }) => {
      const now = clock();
      // A clock that was set back must not silence it.
      if (now >= told && now - told < every) return;
      told = now;
      const text = `${Math.floor(done * 100)} %, ${countWords(samples)} samples written`;
      if (errorWidth === undefined) {
        writeError(`${text}\n`);
      } else {
        writeError(CLEAR + cutToWidth(text, errorWidth - 1));
        shown = true;
      }
    },
    end: () => {
      if (shown) writeError(CLEAR);
    },
  };
}
