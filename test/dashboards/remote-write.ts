/** A series and its samples, each a time in milliseconds and a value. */
export interface WrittenSeries {
  readonly labels: Readonly<Record<string, string>>;
  readonly samples: readonly (readonly [time: number, value: number])[];
}

const LONGEST_LITERAL = 65_536;

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  return [...bytes, rest];
}

/** A length-delimited field of a message: its number, the length and the bytes. */
const field = (number: number, content: Uint8Array): Buffer<ArrayBuffer> =>
  Buffer.concat([Buffer.from([(number << 3) | 2, ...varint(content.length)]), content]);

const text = (number: number, value: string): Buffer<ArrayBuffer> => field(number, Buffer.from(value));

function sampleField([time, value]: readonly [number, number]): Buffer<ArrayBuffer> {
  const double = Buffer.alloc(8);
  double.writeDoubleLE(value);
  return field(2, Buffer.concat([Buffer.from([0x09]), double, Buffer.from([0x10, ...varint(time)])]));
}

const labelCache = new WeakMap<object, Buffer<ArrayBuffer>>();

function labelFields(labels: WrittenSeries['labels']): Buffer<ArrayBuffer> {
  const known = labelCache.get(labels);
  if (known !== undefined) return known;
  const sorted = Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const fields = Buffer.concat(
    sorted.map(([name, value]) => field(1, Buffer.concat([text(1, name), text(2, value)]))),
  );
  labelCache.set(labels, fields);
  return fields;
}

/** The Snappy block format without compression: everything is a literal. */
function snappy(content: Buffer): Buffer<ArrayBuffer> {
  const parts: Buffer[] = [Buffer.from(varint(content.length))];
  for (let at = 0; at < content.length; at += LONGEST_LITERAL) {
    const literal = content.subarray(at, at + LONGEST_LITERAL);
    const header = Buffer.from([61 << 2, 0, 0]);
    header.writeUInt16LE(literal.length - 1, 1);
    parts.push(header, literal);
  }
  return Buffer.concat(parts);
}

/** Sends samples to a Prometheus by remote write. */
export async function remoteWrite(origin: string, series: readonly WrittenSeries[]): Promise<void> {
  const request = Buffer.concat(
    series.map(({ labels, samples }) =>
      field(1, Buffer.concat([labelFields(labels), ...samples.map(sampleField)])),
    ),
  );
  const response = await fetch(`${origin}/api/v1/write`, {
    method: 'POST',
    headers: {
      'content-encoding': 'snappy',
      'content-type': 'application/x-protobuf',
      'x-prometheus-remote-write-version': '0.1.0',
    },
    body: snappy(request),
  });
  if (!response.ok) throw new Error(`Prometheus rejected the samples: ${await response.text()}`);
}
