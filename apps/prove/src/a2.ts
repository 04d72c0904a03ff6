import { ci } from './claims/ci.ts'
import { gas } from './claims/gas.ts'
import { losses } from './claims/losses.ts'
import { lossesLive } from './claims/losses-live.ts'
import { oracle } from './claims/oracle.ts'
import { depeg, slashing } from './claims/stories.ts'
import { runProof } from './runner.ts'

await runProof('prove:a2', [slashing, depeg, lossesLive, losses, gas, oracle, ci(40)])
