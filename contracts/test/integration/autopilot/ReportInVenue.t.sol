// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {DestinationState} from "../../../src/lmp/ILMP.sol";
import {BalancerVaultLike} from "../../venues/interfaces/BalancerV2Like.sol";
import {AutopilotTestBase} from "./AutopilotTestBase.sol";

/// @notice Reports while Balancer hands it ETH in the middle of a call.
contract ReportInVenueTest is AutopilotTestBase {
    uint256 private constant EXIT_PROPORTIONAL = 2;

    bool private attacking;

    receive() external payable {
        if (attacking) lmp.report();
    }

    function _exitInEth() private {
        bytes32 id = venues.stablePool.getPoolId();
        (address[] memory assets,,) = venues.balancer.vault.getPoolTokens(id);
        for (uint256 i; i < assets.length; ++i) {
            if (assets[i] == address(weth)) assets[i] = address(0);
        }
        BalancerVaultLike.ExitPoolRequest memory request = BalancerVaultLike.ExitPoolRequest(
            assets, new uint256[](assets.length), abi.encode(EXIT_PROPORTIONAL, 1e18), false
        );
        attacking = true;
        venues.balancer.vault.exitPool(id, address(this), payable(address(this)), request);
        attacking = false;
    }

    /// @dev Or anybody could bar every entry into Balancer pools for the price of one call an hour.
    function test_D_aReportInsideAVenueGivesItNoBadMark() public {
        uint256 valuedAt = block.timestamp;
        skip(1 hours);
        _exitInEth();
        DestinationState memory inside = lmp.destinationState(address(balancer));
        assertFalse(inside.ok, "not valued");
        assertEq(inside.unsafeAt, 0, "and no bad mark");
        assertEq(inside.valuedAt, valuedAt);
        assertTrue(lmp.destinationState(address(curve)).ok, "the other one was valued");
    }
}
