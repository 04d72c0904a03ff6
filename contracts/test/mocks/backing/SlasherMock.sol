// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {IBackingPool} from "../../../src/backing/IBackingPool.sol";
import {IRecovery} from "../../../src/backing/IRecovery.sol";

/// @notice Slashes as the loss oracle does: the TOKE goes to a recovery, which opens an entry in the same call.
contract SlasherMock {
    /// @return used gas of the two calls, which is what a slash adds to an execution
    function slash(IBackingPool pool, IRecovery recovery, uint256 toke) external returns (uint256 used) {
        address lmp = pool.lmp();
        used = gasleft();
        (uint256 slashed, uint256 caseId) = pool.slash(toke, address(recovery));
        recovery.open(lmp, address(pool), caseId, slashed, 1e18, 1e18, 5);
        used -= gasleft();
    }
}
