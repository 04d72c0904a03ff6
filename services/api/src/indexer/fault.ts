/** The index can no longer be trusted to follow the chain. It stops where it is; a person must look. */
export class IndexerFault extends Error {
  override readonly name = 'IndexerFault'
}
