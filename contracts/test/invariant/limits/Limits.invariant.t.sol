// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {ILimits} from "../../../src/autopilot/ILimits.sol";
import {LimitsGateMock} from "../../mocks/limits/LimitsGateMock.sol";
import {PoolMock} from "../../mocks/limits/PoolMock.sol";
import {LmpBase} from "../../unit/lmp/LmpBase.sol";
import {LimitsHandler} from "./LimitsHandler.sol";
import {console} from "forge-std/console.sol";

/// @notice The real vault under the real limits. That they hold for what was entered is asserted in the handler at every proposal.
abstract contract LimitsInvariants is LmpBase {
    LimitsHandler private handler;
    PoolMock[] private pools;

    function _decimals() internal pure virtual returns (uint8);

    function setUp() public {
        _setUp(_decimals(), 2000);
        for (uint256 i; i < 5; ++i) {
            pools.push(new PoolMock(address(lmp), one));
            configurator.addDestination(lmp, address(pools[i]));
        }
        lmp.report();
        _deposit(alice, 400 * one);
        vm.etch(address(gate), address(new LimitsGateMock()).code);
        LimitsGateMock limitsGate = LimitsGateMock(address(gate));
        handler = new LimitsHandler(lmp, asset, solver, limitsGate, pools);
        limitsGate.setLimits(handler.limits());
        _target();
    }

    function _target() private {
        bytes4[] memory selectors = new bytes4[](14);
        // Moves are what the rest is for.
        (selectors[0], selectors[1], selectors[2]) =
        (handler.move.selector, handler.move.selector, handler.move.selector);
        selectors[3] = handler.move.selector;
        selectors[4] = handler.goHome.selector;
        selectors[5] = handler.takeSnapshot.selector;
        selectors[6] = handler.liquidity.selector;
        selectors[7] = handler.price.selector;
        selectors[8] = handler.deposit.selector;
        selectors[9] = handler.redeemInKind.selector;
        selectors[10] = handler.donate.selector;
        selectors[11] = handler.setCap.selector;
        selectors[12] = handler.setPoolShare.selector;
        selectors[13] = handler.setIdleFloor.selector;
        targetSelector(FuzzSelector(address(handler), selectors));
        targetContract(address(handler));
    }

    /// What the vault counts it holds; whatever was given to it besides counts for no cap.
    function invariant_LMP5_everyCapHoldsForWhatWasEntered() public view {
        assertGe(asset.balanceOf(address(lmp)), lmp.book().idle);
        for (uint256 i; i < pools.length; ++i) {
            assertGe(pools[i].balanceOf(address(lmp)), lmp.destinationState(address(pools[i])).units);
        }
    }

    function afterInvariant() public view {
        console.log("accepted %s", handler.accepted());
        console.log(
            "refused: destination %s, issuer %s, pool share %s",
            handler.refused(ILimits.DestinationCapExceeded.selector),
            handler.refused(ILimits.IssuerCapExceeded.selector),
            handler.refused(ILimits.PoolShareExceeded.selector)
        );
        console.log("refused: idle floor %s", handler.refused(ILimits.IdleBelowFloor.selector));
    }
}

contract Limits6Test is LimitsInvariants {
    function _decimals() internal pure override returns (uint8) {
        return 6;
    }
}

contract Limits18Test is LimitsInvariants {
    function _decimals() internal pure override returns (uint8) {
        return 18;
    }
}
