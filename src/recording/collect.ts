import type { RawResponse } from '../cloud/client.ts';
import { readJson } from '../cloud/json-body.ts';
import type { SeenResponse } from '../services/evidence.ts';
import type { ProbeName } from '../services/probes.ts';

/** A response, parsed and not redacted. */
export interface CollectedResponse extends SeenResponse, Pick<RawResponse, 'service' | 'headers'> {
  /** The name of the project in the configuration. */
  readonly project: string;
  /** The length of a body that is not JSON; undefined if it is JSON. */
  readonly notJson: number | undefined;
}

export type Collector = ReturnType<typeof createCollector>;

/** Collects at most so many responses to one operation of a service. Of several to the same request the last counts. */
export function createCollector(mostPerOperation = Number.POSITIVE_INFINITY) {
  const collected = new Map<string, CollectedResponse>();
  const counts = new Map<string, number>();
  return {
    add: (project: string, response: RawResponse, probe?: ProbeName): void => {
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
      const json = readJson(shown);
      collected.set(request, {
        ...response,
        project,
        probe: probe ?? before?.probe,
        body: json.ok ? json.value : undefined,
        notJson: json.ok || shown.length === 0 ? undefined : shown.length,
      });
    },
    responses: (): readonly CollectedResponse[] => [...collected.values()],
  };
}
