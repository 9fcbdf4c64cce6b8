import { asObject } from '../services/fields.ts';

/** The error in a response body, as far as it has one. The texts are external. */
export interface VendorError {
  /** `DBS.280056`, `APIGW.0301`, …; undefined if it only repeats the HTTP status. */
  readonly code?: string | undefined;
  readonly text?: string | undefined;
  /** The HTTP status that IAM writes into its error bodies. */
  readonly statedStatus?: number | undefined;
}

const asText = (value: unknown): string | undefined => {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
};

const httpStatus = (value: unknown): number | undefined => {
  const status = Number(asText(value));
  return status >= 100 && status < 600 ? status : undefined;
};

/** The keys of an error's code and text; the first are those of most services and of the gateway. */
const FLAT_SHAPES = [
  ['error_code', 'error_msg'],
  ['errorCode', 'errorMessage'],
  ['errCode', 'externalMessage'],
] as const;

/** Reads the error of a response with an error status. */
export function readVendorError(body: unknown): VendorError {
  const fields = asObject(body);
  if (fields === undefined) return {};
  for (const [codeName, textName] of FLAT_SHAPES) {
    const code = asText(fields[codeName]);
    const text = asText(fields[textName]);
    if (code !== undefined || text !== undefined) return { code, text };
  }
  const unauthorized = asObject(fields['unauthorized']);
  // How one service responds to an unknown id; only the text distinguishes it from a refused token.
  if (unauthorized !== undefined) {
    const text = asText(unauthorized['message']);
    return { code: text, text };
  }
  const error = asObject(fields['error']);
  if (error === undefined) return { text: asText(fields['error']) ?? asText(fields['message']) };
  const statedStatus = httpStatus(error['code']);
  return {
    code: statedStatus === undefined ? asText(error['code']) : undefined,
    text: asText(error['message']) ?? asText(error['title']),
    statedStatus,
  };
}

/** Reads the error in a response with status 200, where an empty or absent code means success. */
export function readErrorOfSuccess(body: unknown): VendorError | undefined {
  const fields = asObject(body);
  const isError = [fields?.['error_code'], fields?.['errorCode']].some(
    (code) => asText(code) !== undefined && code !== 0,
  );
  return isError ? readVendorError(body) : undefined;
}
