// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {BackingPool} from "../../../src/backing/BackingPool.sol";
import {IBackingPool} from "../../../src/backing/IBackingPool.sol";
import {Recovery} from "../../../src/backing/Recovery.sol";
import {Roles} from "../../../src/governance/Roles.sol";
import {LMP} from "../../../src/lmp/LMP.sol";
import {ILossLedger} from "../../../src/loss/ILossLedger.sol";
import {TOKE} from "../../../src/token/TOKE.sol";
import {CrowdMock} from "../../mocks/backing/CrowdMock.sol";
import {SlasherMock} from "../../mocks/backing/SlasherMock.sol";
import {LmpBase} from "../../unit/lmp/LmpBase.sol";
import {Artifacts} from "../../venues/Artifacts.sol";
import {WETH9Like} from "../../venues/interfaces/WETH9Like.sol";

/// @notice Whole transactions on the real TOKE and WETH: an account that staked before, while a stream runs and nobody else was here
/// in this block. It has claimed before; what is slashed goes to a recovery that holds some already.
/// forge-config: default.isolate = true
contract BackingGasTest is LmpBase {
    uint256 private constant STAKE = 75_000;
    uint256 private constant CLAIM = 68_000;
    /// @dev Of the two calls inside an execution; three new words (the case, two of the vesting entry) are 66k of it.
    uint256 private constant SLASH = 150_000;

    TOKE private toke;
    WETH9Like private weth;
    IBackingPool private pool;
    Recovery private recovery;
    SlasherMock private slasher;

    function setUp() public {
        _setUp(18, 2000);
        weth = WETH9Like(Artifacts.create("WETH9"));
        lmp = new LMP(_params(address(weth), 2000, 1e27));
        toke = new TOKE(address(this));
        pool = new BackingPool(address(authority), address(toke), address(lmp), IBackingPool.Mode.Slashing);
        recovery = new Recovery(address(authority), ILossLedger(address(ledger)), address(toke));
        slasher = new SlasherMock();
        authority.setTargetFunctionRole(address(pool), _selector(pool.slash.selector), Roles.LOSS);
        authority.setTargetFunctionRole(address(recovery), _selector(recovery.open.selector), Roles.LOSS);
        authority.grantRole(Roles.LOSS, address(slasher), 0);
        vm.deal(address(this), 1e24);
        weth.deposit{value: 1e24}();
        weth.approve(address(pool), type(uint256).max);
        weth.transfer(alice, 1e18);
        toke.transfer(alice, 10_000e18);
        vm.startPrank(alice);
        toke.approve(address(pool), type(uint256).max);
        pool.stake(1000e18);
        vm.stopPrank();
        pool.notify(100e18);
        slasher.slash(pool, recovery, 1e18);
    }

    function _selector(bytes4 selector) private pure returns (bytes4[] memory list) {
        list = new bytes4[](1);
        list[0] = selector;
    }

    function test_gas_oneStaker() public {
        _measure("1");
    }

    function test_gas_tenThousandStakers() public {
        CrowdMock crowd = new CrowdMock();
        toke.transfer(address(crowd), 10_000e18);
        vm.pauseGasMetering();
        for (uint256 i; i < 100; ++i) {
            crowd.stake(pool, 100, 1e18);
        }
        vm.resumeGasMetering();
        assertGt(pool.totals().shares, 11_000e18);
        _measure("10000");
    }

    function _measure(string memory stakers) private {
        skip(1 hours);
        vm.prank(alice);
        pool.claim(alice);
        skip(1 hours);
        vm.prank(alice);
        pool.stake(10e18);
        uint256 used = vm.snapshotGasLastCall("backing", string.concat("stake, stakers: ", stakers));
        assertLe(used, STAKE, "stake");
        skip(1 hours);
        vm.prank(alice);
        pool.claim(alice);
        used = vm.snapshotGasLastCall("backing", string.concat("claim, stakers: ", stakers));
        assertLe(used, CLAIM, "claim");
        skip(1 hours);
        used = slasher.slash(pool, recovery, type(uint256).max);
        vm.snapshotGasLastCall("backing", string.concat("slash as a transaction of its own, stakers: ", stakers));
        vm.snapshotValue("backing", string.concat("slash and vesting entry, stakers: ", stakers), used);
        assertLe(used, SLASH, "slash");

        skip(1 hours);
        vm.prank(alice);
        pool.stake(1e18);
        vm.snapshotGasLastCall("backing", string.concat("stake, first after a slash, stakers: ", stakers));
        skip(1 hours);
        vm.prank(alice);
        pool.requestExit(1e18);
        vm.snapshotGasLastCall("backing", string.concat("requestExit, first of its day, stakers: ", stakers));
        skip(30 days);
        pool.roll(1);
        vm.snapshotGasLastCall("backing", string.concat("roll of a day, stakers: ", stakers));
    }
}
