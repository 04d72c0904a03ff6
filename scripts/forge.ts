export { type ForgeRun, forgeTest } from '../packages/foundry/forge-test.ts'
