type Environment = Readonly<Record<string, string | undefined>>;

/** The npm command that runs this program, `npm start` or `npm run demo`; undefined if npm did not start it. */
function npmCommand({ npm_lifecycle_event: script }: Environment): string | undefined {
  if (script === 'start') return 'npm start';
  return script === 'demo' ? 'npm run demo' : undefined;
}

/** Added to advice about flags: npm swallows flags that do not follow `--`. */
export function npmAdvice(environment: Environment, flag: string): string {
  const command = npmCommand(environment);
  return command === undefined ? '' : ` (npm passes flags on after --: ${command} -- ${flag})`;
}

/** How to run another command of this program from the same directory. */
export const programCommand = (environment: Environment, programName: string): string =>
  npmCommand(environment) === undefined ? programName : 'npm --silent start --';
