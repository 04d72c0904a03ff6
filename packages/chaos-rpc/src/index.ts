export { type ChaosOptions, type ChaosRpc, startChaosRpc } from './proxy.ts'
export { type Behaviour, type Rule, seeded } from './rules.ts'
