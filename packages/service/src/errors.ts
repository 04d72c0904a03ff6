/** `EX_CONFIG` of sysexits: the environment must change before a restart can help. */
export const EXIT_CONFIG = 78

/** Something outside the program stops it from starting. `message` is one line that says what to do. */
export class StartupError extends Error {
  override readonly name = 'StartupError'
  readonly exitCode: number

  constructor(message: string, exitCode = EXIT_CONFIG) {
    super(message)
    this.exitCode = exitCode
  }
}

/** The exit code of an error the operator can mend: a StartupError, or another package's error of that kind. */
export function operatorExitCode(error: unknown): number | undefined {
  return error instanceof Error && 'exitCode' in error && typeof error.exitCode === 'number'
    ? error.exitCode
    : undefined
}

/** The error as one line: no stack and no second paragraph. */
export function oneLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  return text.split('\n', 1)[0] ?? ''
}

/** The system error code (`ENOENT`, `EADDRINUSE`, ...) when there is one. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}
