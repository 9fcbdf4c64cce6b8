import type { Seconds } from '../domain/quantities.ts';
import type { Terminal } from './terminal.ts';
import { cutToWidth } from './text-table.ts';

export interface ProgressLine {
  /** Shows a text, cut to the width of the terminal together with its `ending`. Cheap to call often. */
  readonly show: (text: string, ending?: string) => void;
  /** Clears the line on a terminal. */
  readonly end: () => void;
}

const CLEAR = '\r\u001b[2K';
const ON_TERMINAL = 0.5;

/**
 * On a terminal, one line that is overwritten; elsewhere, a new line `every` so often. Nothing is shown for the first
 * `quiet` seconds, so that fast commands stay silent.
 */
export function createProgressLine(
  { errorWidth, writeError, clock }: Pick<Terminal, 'errorWidth' | 'writeError' | 'clock'>,
  { every, quiet }: { readonly every: Seconds; readonly quiet: Seconds },
): ProgressLine {
  const pause = errorWidth === undefined ? every : ON_TERMINAL;
  const began = clock();
  let shownAt: number | undefined;
  return {
    show: (text, ending = '') => {
      const now = clock();
      // A clock that was set back must not silence it.
      const [since, wait] = shownAt === undefined ? [began, quiet] : [shownAt, pause];
      if (now >= since && now - since < wait) return;
      shownAt = now;
      if (errorWidth === undefined) writeError(`${text}${ending}\n`);
      // A line as wide as the terminal would wrap and leave a part behind.
      else writeError(`${CLEAR}${cutToWidth(text, errorWidth - 1 - ending.length)}${ending}`);
    },
    end: () => {
      if (errorWidth !== undefined && shownAt !== undefined) writeError(CLEAR);
    },
  };
}
