import {
  MappingType,
  type ThresholdsConfig,
  ThresholdsMode,
  type ValueMapping,
} from '@grafana/grafana-foundation-sdk/dashboard';

const GREEN = 'green';
const BLUE = 'blue';
const YELLOW = 'yellow';
const ORANGE = 'orange';
const RED = 'red';
const GREY = 'text';

interface NamedNumber {
  readonly number: number;
  readonly text: string;
  readonly color: string;
}

/** What stands of a resource, as a number that is larger the worse it is. */
export const STANDING = {
  never: { number: 5, text: 'Never backed up', color: RED },
  outside: { number: 4, text: 'Outside RPO', color: RED },
  failing: { number: 3, text: 'Failing', color: ORANGE },
  running: { number: 2, text: 'Running', color: BLUE },
  fine: { number: 1, text: 'Within RPO', color: GREEN },
  noObjective: { number: 0, text: 'No RPO', color: GREY },
} as const satisfies Record<string, NamedNumber>;

/** The state of the newest backup, as a number that is larger the worse it is. */
export const NEWEST_BACKUP = {
  failed: { number: 4, text: 'Failed', color: RED },
  unknown: { number: 3, text: 'Unknown', color: YELLOW },
  running: { number: 2, text: 'Running', color: BLUE },
  succeeded: { number: 1, text: 'Succeeded', color: GREEN },
} as const satisfies Record<string, NamedNumber>;

/** The colours of the states where they name series. */
export const COLOR_OF_STATE: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(NEWEST_BACKUP).map(([state, { color }]) => [state, color]),
);

/** The colour of a good outcome; the others are told apart by any colour. */
export const COLOR_OF_OUTCOME: Readonly<Record<string, string>> = { success: GREEN };

/** Whether a list could be read. */
export const READING = {
  complete: { number: 1, text: 'Complete', color: GREEN },
  failed: { number: 0, text: 'Failed', color: RED },
} as const satisfies Record<string, NamedNumber>;

/** Whether the configuration could be loaded. */
export const LOADING = {
  loaded: { number: 1, text: 'Loaded', color: GREEN },
  refused: { number: 0, text: 'Refused', color: RED },
} as const satisfies Record<string, NamedNumber>;

/** Shows words in place of numbers. */
export const words = (names: Readonly<Record<string, NamedNumber>>): ValueMapping[] => [
  {
    type: MappingType.ValueToText,
    options: Object.fromEntries(
      Object.values(names).map(({ number, text, color }, index) => [String(number), { text, color, index }]),
    ),
  },
];

/** Colours by value: the first colour from below, each further one from its number on. */
const steps = (
  first: string,
  ...further: readonly (readonly [from: number, color: string])[]
): ThresholdsConfig => ({
  mode: ThresholdsMode.Absolute,
  steps: [{ value: null, color: first }, ...further.map(([value, color]) => ({ value, color }))],
});

const HOUR = 3600;
const DAY = 24 * HOUR;

/** No verdict. */
export const NEUTRAL = steps(BLUE);
/** Any at all is an emergency. */
export const NONE_ALLOWED = steps(GREEN, [1, RED]);
/** Any at all deserves a look. */
export const NONE_EXPECTED = steps(GREEN, [1, ORANGE]);
/** Share of the objective used: a backup is due near the end, overdue after it. */
export const SHARE_OF_OBJECTIVE = steps(GREEN, [0.9, YELLOW], [1, RED]);
/** Age of what the exporter last read. */
export const AGE_OF_DATA = steps(GREEN, [HOUR / 2, YELLOW], [HOUR, RED]);
/** A backup that runs this long may hang. */
export const RUNNING_TIME = steps(BLUE, [6 * HOUR, ORANGE]);
/** Size against a week ago: half of it is suspicious. */
export const SHARE_OF_SIZE = steps(RED, [0.5, GREEN]);
/** Time left until a password ends. */
export const TIME_LEFT = steps(RED, [7 * DAY, YELLOW], [14 * DAY, GREEN]);
