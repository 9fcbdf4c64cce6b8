import type { Route } from './cloud-state.ts';
import { gaussdbRoutes } from './gaussdb.ts';
import { gesRoutes } from './ges.ts';
import { iamRoutes } from './iam.ts';
import { metadataRoutes } from './metadata.ts';

/** A route and what stood for the names in its path. */
export interface RouteMatch {
  readonly route: Route;
  readonly parameters: Readonly<Record<string, string>>;
}

const decode = (segment: string): string => {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
};

const parametersOf = (
  pattern: readonly string[],
  path: readonly string[],
): Record<string, string> | undefined => {
  const parameters: Record<string, string> = {};
  for (const [position, expected] of pattern.entries()) {
    const segment = path[position] ?? '';
    if (!expected.startsWith('{')) {
      if (segment !== expected) {
        return undefined;
      }
    } else if (segment === '') {
      return undefined;
    } else {
      parameters[expected.slice(1, -1)] = decode(segment);
    }
  }
  return parameters;
};

/** Finds the route for a method and a path; undefined when the cloud has none. */
export const createRouter = (): ((method: string, path: string) => RouteMatch | undefined) => {
  const routes = [...iamRoutes, ...metadataRoutes(), ...gesRoutes, ...gaussdbRoutes].map((route) => ({
    route,
    pattern: route.path.split('/'),
  }));
  return (method, path) => {
    const segments = path.split('/');
    for (const { route, pattern } of routes) {
      if (route.method === method && pattern.length === segments.length) {
        const parameters = parametersOf(pattern, segments);
        if (parameters) {
          return { route, parameters };
        }
      }
    }
    return undefined;
  };
};
