import type { ProjectClient } from '../cloud/client.ts';
import { CloudFailure } from '../cloud/failure.ts';
import type { ServiceConfig } from '../config/config.ts';
import type { FailureKind } from '../domain/outcome.ts';
import { errorMessage } from '../errors.ts';
import { type CompleteList, readCompleteList } from '../pagination/complete-list.ts';
import type { FetchPage } from '../pagination/page-reader.ts';
import { type Collector, type RowCounts, WalkError } from '../pagination/walk.ts';
import type { ApiCall } from '../services/api-call.ts';
import type { List } from '../services/service.ts';

/** Why something could not be read. `reason` is one sentence for people. */
export interface ReadFailure {
  readonly kind: 'failed';
  readonly outcome: FailureKind;
  readonly reason: string;
  /** What failed: the call itself, or a step before it, such as signing in. */
  readonly operation: string;
  /** The vendor's error code, if any. */
  readonly code?: string | undefined;
  /** The rows, if the end of the list was reached. */
  readonly walk?: RowCounts;
}

/** A list of a service: complete with its items, or failed. */
export type ListResult<Items extends Collector<never>> = CompleteList<Items> | ReadFailure;

/** A service of a project and how to read it. */
export interface ListReader {
  readonly client: ProjectClient;
  readonly service: ServiceConfig;
  /** Pages to prefetch. */
  readonly ahead: number;
}

export interface ItemList<Item> extends Collector<Item> {
  readonly items: readonly Item[];
}

export function listItems<Item>(): ItemList<Item> {
  const items: Item[] = [];
  return { items, add: (item) => void items.push(item) };
}

/** Reads a complete list; never rejects. `before`: the ids of an earlier walk; repeated ids are stored once. */
export async function readList<Item, Items extends Collector<Item>>(
  reader: ListReader,
  list: List<Item>,
  createItems: () => Items,
  signal: AbortSignal,
  before?: ReadonlySetLike<string>,
): Promise<ListResult<Items>> {
  const { operation } = list.call;
  const fetchPage: FetchPage = (page, pageSignal) => send(reader, withPage(list.call, page), pageSignal);
  try {
    const options = { ahead: reader.ahead, signal, before };
    const result = await readCompleteList(list, fetchPage, createItems, options);
    if (result.kind === 'complete') return result;
    const { walk } = result;
    const counted = walk.total === undefined ? '' : ` of ${walk.total}`;
    const reason = `the list changed while it was read: two passes found different rows, the last ${walk.listed}${counted}`;
    return { kind: 'failed', outcome: 'incomplete', reason, operation, walk };
  } catch (error) {
    return failureOf(error, operation);
  }
}

/** The response to one call. */
export type CallResult = { readonly kind: 'complete'; readonly body: unknown } | ReadFailure;

/** Sends one call; never rejects. */
export async function call(reader: ListReader, apiCall: ApiCall, signal: AbortSignal): Promise<CallResult> {
  try {
    return { kind: 'complete', body: await send(reader, apiCall, signal) };
  } catch (error) {
    return failureOf(error, apiCall.operation);
  }
}

/** Sends one call; rejects with a `CloudFailure`. */
export function send(
  { client, service }: Pick<ListReader, 'client' | 'service'>,
  apiCall: ApiCall,
  signal: AbortSignal,
): Promise<unknown> {
  const { type, endpoint, errors } = service;
  return client.call({ ...apiCall, service: type, endpoint, errors }, signal);
}

/** Whether a failure means that the resource of the request does not exist. */
export const isMissing = ({ code }: ReadFailure, { errors }: ServiceConfig): boolean =>
  code !== undefined && errors.codes[code]?.missing === true;

export const withPage = (apiCall: ApiCall, page: Readonly<Record<string, string>>): ApiCall => ({
  ...apiCall,
  query: { ...apiCall.query, ...page },
});

function failureOf(error: unknown, operation: string): ReadFailure {
  const failed = (outcome: FailureKind, reason: string) =>
    ({ kind: 'failed', outcome, reason, operation }) as const;
  if (error instanceof CloudFailure) {
    const { kind, operation: failedOperation, code } = error.details;
    return { ...failed(kind, error.message), operation: failedOperation, code };
  }
  if (error instanceof WalkError) {
    return error.problem === 'endless'
      ? failed('incomplete', 'the list does not end')
      : failed('malformed', 'the response is not a list of this API; check the endpoint');
  }
  // A bug in parsing an unforeseen response must not stop the other polls.
  return failed('malformed', `the response could not be parsed: ${errorMessage(error)}`);
}
