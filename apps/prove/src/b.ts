import { audit } from './claims/audit.ts'
import { ci } from './claims/ci.ts'
import { erc4626 } from './claims/erc4626.ts'
import { families, variants } from './claims/families.ts'
import { fees } from './claims/fees.ts'
import { fuzz } from './claims/fuzz.ts'
import { invariants } from './claims/invariants.ts'
import { mutants } from './claims/mutants.ts'
import { sizes } from './claims/sizes.ts'
import { vaultBadInput } from './claims/vault-bad-input.ts'
import { vaultGas } from './claims/vault-gas.ts'
import { vaults, vaultsLive } from './claims/vaults.ts'
import { runProof } from './runner.ts'

await runProof('prove:b', [
  ...[invariants, families, variants, fees, vaultGas, erc4626, sizes, vaultBadInput],
  ...[audit, mutants, vaults, vaultsLive, fuzz, ci(40)],
])
