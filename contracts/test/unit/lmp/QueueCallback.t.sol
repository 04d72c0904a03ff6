// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {LMP} from "../../../src/lmp/LMP.sol";
import {AssetMock} from "../../mocks/lmp/AssetMock.sol";
import {DestinationMock} from "../../mocks/lmp/DestinationMock.sol";
import {LmpBase} from "./LmpBase.sol";
import {Vm} from "forge-std/Vm.sol";

/// @notice Stands for the token of a pool that calls back while the pool pays: looks at the vault, and moves its mark as the loss ledger
/// does when somebody executes a case there.
contract CallbackToken {
    Vm private constant VM = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));
    AssetMock private immutable ASSET;
    LMP private immutable VAULT;
    address private immutable LEDGER;
    int256 private immutable MARK_DELTA;
    uint256 public seenShare;
    uint256 public seenMark;

    constructor(AssetMock asset, LMP vault, address ledger, int256 markDelta) {
        (ASSET, VAULT, LEDGER, MARK_DELTA) = (asset, vault, ledger, markDelta);
    }

    function mint(address to, uint256 amount) external {
        ASSET.mint(to, amount);
        seenShare = VAULT.convertToAssets(1e18);
        if (MARK_DELTA == 0) return;
        VM.prank(LEDGER);
        VAULT.syncLoss(0, false, 0, MARK_DELTA);
        seenMark = VAULT.book().mark;
    }
}

/// @notice What is seen and what may happen while an exit's units are sold.
contract LmpQueueCallbackTest is LmpBase {
    DestinationMock private destination;

    function _exitWithCallback(int256 markDelta) private returns (CallbackToken token) {
        token = new CallbackToken(asset, lmp, address(ledger), markDelta);
        destination.setSale(AssetMock(address(token)), 10_000);
        vm.prank(alice);
        lmp.redeem(72e18, alice, alice);
    }

    function setUp() public {
        _setUp(18, 2000);
        destination = _addDestination();
        _deposit(alice, 100e18);
        _deposit(bob, 100e18);
        _invest(destination, 150e18);
        _addProfit(20e18);
        skip(1);
        lmp.report();
    }

    function test_D3_aSaleShowsABookThatIsWhole() public {
        // Less than the lock holds: nobody's shares are worth less or more.
        destination.setPrices(0.993e18, 0.993e18, 0.993e18);
        uint256 share = lmp.convertToAssets(1e18);
        assertApproxEqAbs(_exitWithCallback(0).seenShare(), share, 2);
    }

    function test_theLedgersMarkIsKept() public {
        uint256 mark = lmp.book().mark;
        CallbackToken token = _exitWithCallback(-10e18);
        assertEq(token.seenMark(), mark - 10e18);
        // What is now above the mark has paid its fee.
        assertGt(lmp.balanceOf(sink), 1e18);
    }
}
