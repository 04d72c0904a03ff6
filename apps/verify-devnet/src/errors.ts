/** What keeps the program from looking at a run at all. `message` is one line that says what to do. */
export class EnvironmentError extends Error {
  override readonly name = 'EnvironmentError'
}

/** `EX_CONFIG` of sysexits: nothing was verified, and nothing can be until the environment changes. */
export const EXIT_ENVIRONMENT = 78
