// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {BackingPool} from "../../../src/backing/BackingPool.sol";
import {IBackingPool} from "../../../src/backing/IBackingPool.sol";
import {Roles} from "../../../src/governance/Roles.sol";
import {TOKE} from "../../../src/token/TOKE.sol";
import {BackedLmpMock} from "../../mocks/backing/BackedLmpMock.sol";
import {AssetMock} from "../../mocks/lmp/AssetMock.sol";
import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {Test} from "forge-std/Test.sol";

/// @notice A pool of the real TOKE for an LMP of which only the freeze matters. `this` holds all TOKE and notifies fees.
abstract contract BackingBase is Test {
    /// @dev 20:00 of a day: eight hours until the next.
    uint256 internal constant START = 19_700 days + 20 hours;

    AccessManager internal authority;
    AssetMock internal asset;
    TOKE internal toke;
    BackedLmpMock internal lmp;
    BackingPool internal pool;

    address internal immutable oracle = makeAddr("loss oracle");
    address internal immutable recovery = makeAddr("recovery");
    address internal immutable alice = makeAddr("alice");
    address internal immutable bob = makeAddr("bob");
    address internal immutable carol = makeAddr("carol");

    function setUp() public virtual {
        vm.warp(START);
        authority = new AccessManager(address(this));
        authority.grantRole(Roles.LOSS, oracle, 0);
        asset = new AssetMock(18);
        toke = new TOKE(address(this));
        lmp = new BackedLmpMock(address(asset));
        pool = _newPool(address(toke), IBackingPool.Mode.Slashing);
    }

    function _newPool(address toke_, IBackingPool.Mode mode) internal returns (BackingPool p) {
        p = new BackingPool(address(authority), toke_, address(lmp), mode);
        bytes4[] memory list = new bytes4[](1);
        list[0] = p.slash.selector;
        authority.setTargetFunctionRole(address(p), list, Roles.LOSS);
    }

    function _fund(address who, uint256 amount) internal {
        toke.transfer(who, amount);
        vm.prank(who);
        toke.approve(address(pool), amount);
    }

    function _stake(address who, uint256 amount) internal returns (uint256 shares) {
        _fund(who, amount);
        vm.prank(who);
        shares = pool.stake(amount);
    }

    function _request(address who, uint256 shares) internal returns (uint256 day) {
        vm.prank(who);
        day = pool.requestExit(shares);
    }

    function _withdraw(address who, uint256 day) internal returns (uint256 amount) {
        vm.prank(who);
        amount = pool.withdraw(day, who);
    }

    function _claim(address who) internal returns (uint256 amount) {
        vm.prank(who);
        amount = pool.claim(who);
    }

    function _fundFees(uint256 amount) internal {
        asset.mint(address(this), amount);
        asset.approve(address(pool), amount);
    }

    function _notify(uint256 amount) internal {
        _fundFees(amount);
        pool.notify(amount);
    }

    function _slash(uint256 amount) internal returns (uint256 slashed, uint256 caseId) {
        vm.prank(oracle);
        (slashed, caseId) = pool.slash(amount, recovery);
    }

    function _return(uint256 caseId, uint256 amount) internal {
        vm.startPrank(recovery);
        toke.approve(address(pool), amount);
        pool.returnToSlashed(caseId, amount);
        vm.stopPrank();
    }

    function _claimReturned(address who, uint256 caseId) internal returns (uint256 amount) {
        vm.prank(who);
        amount = pool.claimReturned(caseId, who);
    }

    function _today() internal view returns (uint256) {
        return block.timestamp / 1 days;
    }

    function _toDay(uint256 day) internal {
        vm.warp(day * 1 days);
    }
}
