/** Converts a JSON log line to logfmt: `ts=… level=… msg="…" key=value`. */
export function toLogfmt(jsonLine: string): string {
  const { ts, level, msg, ...rest } = JSON.parse(jsonLine) as Record<string, unknown>;
  const pairs = Object.entries({ ts, level, msg, ...rest }).filter(([, value]) => value !== undefined);
  return `${pairs.map(([key, value]) => `${key}=${logfmtValue(value)}`).join(' ')}\n`;
}

function logfmtValue(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return /^[^\s"=\\\p{Cc}]+$/u.test(text) ? text : JSON.stringify(text);
}
