declare module 'swagger-ui-dist' {
  /** Folder of the built files. */
  export function getAbsoluteFSPath(): string
}
