import type { Clock, Seconds } from '../domain/quantities.ts';
import type { Terminal } from './terminal.ts';
import { cutToWidth } from './text-table.ts';

/** Shows on standard error how far something is. */
export interface ProgressLine {
  /** Shows a text, cut where the line is too short for it and for its `ending`. Cheap to call often. */
  readonly show: (text: string, ending?: string) => void;
  /** Clears the line on a terminal. */
  readonly end: () => void;
}

const CLEAR = '\r\u001b[2K';
const ON_TERMINAL = 0.5;

/** When lines are shown. */
export interface ProgressTimes {
  /** Between two lines where standard error is no terminal. */
  readonly every: Seconds;
  /** Until the first one: what is done sooner needs none. */
  readonly quiet: Seconds;
}

/** On a terminal one line that is overwritten; elsewhere one line after the other. */
export function createProgressLine(
  { errorWidth, writeError }: Pick<Terminal, 'errorWidth' | 'writeError'>,
  clock: Clock,
  { every, quiet }: ProgressTimes,
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
      // A line that fills its row would leave a part of itself behind.
      else writeError(`${CLEAR}${cutToWidth(text, errorWidth - 1 - ending.length)}${ending}`);
    },
    end: () => {
      if (errorWidth !== undefined && shownAt !== undefined) writeError(CLEAR);
    },
  };
}
