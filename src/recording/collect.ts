import type { RawResponse } from '../cloud/client.ts';
import type { SeenResponse } from '../services/evidence.ts';
import type { ProbeName } from '../services/probes.ts';

/** A response, parsed and not redacted. */
export interface CollectedResponse extends SeenResponse {
  /** The name of the project in the configuration. */
  readonly project: string;
  readonly service: string;
  readonly headers: RawResponse['headers'];
  /** How long the body is that is not JSON; undefined where it is. */
  readonly notJson: number | undefined;
}

/** Collects responses. Of several to the same request the last counts. */
export interface Collector {
  readonly add: (project: string, response: RawResponse, probe?: ProbeName) => void;
  readonly responses: () => readonly CollectedResponse[];
}

/** A collector of at most so many responses to one operation of a service. */
export function createCollector(mostPerOperation = Number.POSITIVE_INFINITY): Collector {
  const collected = new Map<string, CollectedResponse>();
  const counts = new Map<string, number>();
  return {
    add: (project, response, probe) => {
      const { service, operation, path, query, status, headers, body } = response;
      const place = JSON.stringify([project, service, operation]);
      const request = JSON.stringify([project, service, path, Object.entries(query).sort()]);
      const count = counts.get(place) ?? 0;
      if (!collected.has(request) && count >= mostPerOperation) return;
      if (!collected.has(request)) counts.set(place, count + 1);
      collected.set(request, {
        project,
        service,
        operation,
        probe: probe ?? collected.get(request)?.probe,
        path,
        query,
        status,
        headers,
        ...parsed(response.service === 'iam' ? Buffer.alloc(0) : body),
      });
    },
    responses: () => [...collected.values()],
  };
}

function parsed(body: Buffer): Pick<CollectedResponse, 'body' | 'notJson'> {
  if (body.length === 0) return { body: undefined, notJson: undefined };
  try {
    return { body: JSON.parse(body.toString('utf8')), notJson: undefined };
  } catch {
    return { body: undefined, notJson: body.length };
  }
}
