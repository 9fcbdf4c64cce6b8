import { writeLabel } from './exposition.ts';
import type { Samples } from './metric.ts';

/** A number, or whether something is so: true is 1. */
type Value = number | boolean;

/** One sample; none if the value is unknown. */
export const value = <Subject>(read: (subject: Subject) => Value | undefined): Samples<Subject> => ({
  labels: [],
  read: (subject, take) => {
    const known = read(subject);
    if (known !== undefined) take('', Number(known));
  },
});

/** One sample for each value of a label, where it is known. */
export function byLabel<Subject, LabelValue extends string>(
  name: string,
  labelValues: readonly LabelValue[],
  read: (subject: Subject, labelValue: LabelValue) => Value | undefined,
): Samples<Subject> {
  const choices = labelValues.map((labelValue) => [labelValue, `,${writeLabel(name, labelValue)}`] as const);
  return {
    labels: [name],
    read: (subject, take) => {
      for (const [labelValue, label] of choices) {
        const known = read(subject, labelValue);
        if (known !== undefined) take(label, Number(known));
      }
    },
  };
}

/** A sample of value 1 with the known labels; none if `read` returns undefined. */
export const info = <Subject>(
  labels: readonly string[],
  read: (subject: Subject) => Readonly<Record<string, string | undefined>> | undefined,
): Samples<Subject> => ({
  labels,
  read: (subject, take) => {
    const known = read(subject);
    if (known !== undefined) take(writeKnownLabels(known), 1);
  },
});

function writeKnownLabels(labels: Readonly<Record<string, string | undefined>>): string {
  let text = '';
  for (const [name, value] of Object.entries(labels)) {
    // For Prometheus an empty label is the same as none.
    if (value !== undefined && value !== '') text += `,${writeLabel(name, value)}`;
  }
  return text;
}
