/** Typed ABIs of the protocol's contracts, generated from the forge artifacts. */
export * from './generated.ts'
