import type { RawResponse } from '../cloud/client.ts';
import type { SeenResponse } from '../services/evidence.ts';
import type { ProbeName } from '../services/probes.ts';

/** A response, parsed and not redacted. */
export interface CollectedResponse extends SeenResponse, Pick<RawResponse, 'service' | 'headers'> {
  /** The name of the project in the configuration. */
  readonly project: string;
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
      const { service, operation, path, query, body } = response;
      const request = JSON.stringify([project, service, path, Object.entries(query).sort()]);
      const before = collected.get(request);
      if (before === undefined) {
        const place = JSON.stringify([project, service, operation]);
        const count = counts.get(place) ?? 0;
        if (count >= mostPerOperation) return;
        counts.set(place, count + 1);
      }
      // Responses to a sign-in are secrets.
      const shown = service === 'iam' ? Buffer.alloc(0) : body;
      collected.set(request, { ...response, project, probe: probe ?? before?.probe, ...parsed(shown) });
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
