import { badInput } from './claims/bad-input.ts'
import { ci } from './claims/ci.ts'
import { contracts, roles } from './claims/contracts.ts'
import { devnet } from './claims/devnet.ts'
import { keeper } from './claims/keeper.ts'
import { live } from './claims/live.ts'
import { runProof } from './runner.ts'

await runProof('prove:a1', [devnet, live, contracts, roles, keeper, badInput, ci(20)])
