import type { Route } from './cloud-state.ts';
import { iamRoutes } from './iam.ts';
import { metadataRoutes } from './metadata.ts';
import type { SimulatedApi } from './service.ts';

/** A route and the parameters in the path. */
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
      if (segment !== expected) return undefined;
    } else if (segment === '') {
      return undefined;
    } else {
      parameters[expected.slice(1, -1)] = decode(segment);
    }
  }
  return parameters;
};

/** Finds the route for a method and a path; undefined if there is none. */
export const createRouter = (
  apis: readonly SimulatedApi[],
): ((method: string, path: string) => RouteMatch | undefined) => {
  const routes = [
    ...[...iamRoutes, ...metadataRoutes()].map((route) => ({ route, prefix: '' })),
    ...apis.flatMap(({ prefix, routes: own }) => own.map((route) => ({ route, prefix }))),
  ].map(({ route, prefix }) => ({ route, pattern: `${prefix}${route.path}`.split('/') }));
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
