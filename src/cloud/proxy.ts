/** Which requests of a project go through a proxy. */
export type ProxyChoice =
  | { readonly use: 'none' }
  | { readonly use: 'always'; readonly url: string }
  /** Requests by https, but for the hosts in `except`, a list as NO_PROXY holds it. */
  | { readonly use: 'https'; readonly url: string; readonly except: string };

type Environment = Readonly<Record<string, string | undefined>>;

const fromEnvironment = (environment: Environment, name: string): string =>
  [environment[name.toLowerCase()], environment[name]].find((value) => value !== undefined && value !== '') ??
  '';

/** The URL with `http://` in front where there is no scheme, as people write it in the environment. */
const withScheme = (url: string): string => (/^[a-z][a-z\d+.-]*:\/\//i.test(url) ? url : `http://${url}`);

/** Chooses the proxy: the configured one for all requests, else HTTPS_PROXY for https, with NO_PROXY's exceptions. */
export function chooseProxy(configured: string | undefined, environment: Environment): ProxyChoice {
  if (configured !== undefined) return { use: 'always', url: configured };
  const url = fromEnvironment(environment, 'HTTPS_PROXY').trim();
  if (url === '') return { use: 'none' };
  return { use: 'https', url: withScheme(url), except: fromEnvironment(environment, 'NO_PROXY') };
}
