/** ABIs of the venue contracts that devnet actors and tests call. Addresses come from the deployment script. */
export { erc20Abi } from 'viem'
export * from './generated.ts'
