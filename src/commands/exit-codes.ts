/** The exit codes of every command: done, refused or failed, wrongly used. */
export const EXIT = { done: 0, failed: 1, usage: 2 } as const;
