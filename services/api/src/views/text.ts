/** Null is how the file says unknown; JSON says it by leaving the field out. */
export const optional = <T>(value: T | null): T | undefined => value ?? undefined
export const optionalText = (value: bigint | null | undefined): string | undefined => value?.toString()
