import { z } from 'zod';
import { asProbeName } from '../services/probes.ts';

/** A request of a recording and the redacted response to it. */
const response = z.strictObject({
  /** Its index in the projects of the settings. */
  project: z.int().min(0),
  service: z.string(),
  operation: z.string(),
  probe: z.string().transform(asProbeName).optional(),
  /** With `{project_id}` and pseudonyms in place of ids. */
  path: z.string(),
  query: z.record(z.string(), z.string()),
  status: z.int(),
  /** The value if it is the vendor's, else its length. */
  headers: z.record(z.string(), z.union([z.string(), z.number()])),
  body: z.unknown().optional(),
  /** How many rows of its list were left out at the end. */
  rows_left_out: z.int().optional(),
  /** The length of a body that is not JSON. */
  not_json: z.int().optional(),
});

/** What a recording needs of the configuration, so that it is read by the same rules. */
const settings = z.strictObject({
  limits: z.record(z.string(), z.unknown()),
  rpo: z.record(z.string(), z.unknown()),
  projects: z.array(z.strictObject({ services: z.array(z.looseObject({ type: z.string() })) })),
});

const recording = z.strictObject({
  about: z.string(),
  format: z.literal(1),
  version: z.string(),
  cloud: z.enum(['Huawei Cloud', 'simulated']),
  /** When it was made, shifted like every time in it. */
  recorded_at: z.iso.datetime(),
  redaction: z.string(),
  probes: z.record(z.string(), z.string()),
  left_out: z.array(z.string()),
  settings,
  responses: z.array(response),
});

/** What the APIs of an account returned, redacted. */
export type Recording = z.output<typeof recording>;
/** One of its responses. */
export type RecordedResponse = Recording['responses'][number];
/** Its settings, in the words of the configuration file. */
export type RecordedSettings = Recording['settings'];

/** Reads the text of a recording; throws an Error that says what is wrong with it. */
export function parseRecording(text: string): Recording {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error('not a recording: it is not JSON');
  }
  const result = recording.safeParse(value);
  if (result.success) return result.data;
  const [problem] = result.error.issues;
  throw new Error(
    `not a recording of check --record: ${problem?.path.join('.') || 'the file'}: ${problem?.message}`,
  );
}

/** The text of a recording: a response to a line. */
export function formatRecording({ responses, ...head }: Recording): string {
  const lines = responses.map((one) => `    ${JSON.stringify(one)}`);
  const opening = JSON.stringify(head, undefined, 2).slice(0, -2);
  return `${opening},\n  "responses": [\n${lines.join(',\n')}\n  ]\n}\n`;
}
