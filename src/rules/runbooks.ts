import manifest from '../../package.json' with { type: 'json' };

/** The folder of the runbooks on the web. */
export const RUNBOOKS_URL = `${manifest.homepage}/blob/main/docs/runbooks`;

/** The address of the runbook of an alert. */
export const runbookUrl = (alert: string, runbooks = RUNBOOKS_URL): string =>
  runbooks.includes('{alert}') ? runbooks.replaceAll('{alert}', alert) : `${runbooks}/${alert}.md`;
