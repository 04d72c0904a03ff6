// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {Call} from "../../../src/autopilot/SolverExecutor.sol";
import {ILmpFactory} from "../../../src/factory/ILmpFactory.sol";
import {ILMP, Leg} from "../../../src/lmp/ILMP.sol";
import {ILmpRouter, InKindExit, Minimum} from "../../../src/router/ILmpRouter.sol";
import {LmpRouter} from "../../../src/router/LmpRouter.sol";
import {GateMock} from "../../mocks/lmp/GateMock.sol";
import {FactoryMock} from "../../mocks/router/FactoryMock.sol";
import {AutopilotTestBase} from "../autopilot/AutopilotTestBase.sol";
import {Routes} from "../autopilot/Routes.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @notice Leaving through the router with a slice of everything, out of a vault in a Balancer pool with gauge and a Curve pool.
/// forge-config: default.isolate = true
contract RouterInKindTest is AutopilotTestBase {
    uint256 private constant SHARES = 100e18;

    LmpRouter private router;
    address private immutable alice = makeAddr("alice");
    address private immutable bob = makeAddr("bob");

    function setUp() public override {
        super.setUp();
        lmp.setPolicy(address(new GateMock()), lmp.lossLedger());
        _enter(address(curve), 60e18);
        _enter(address(balancer), 60e18);
        FactoryMock factory = new FactoryMock();
        factory.list(address(lmp));
        router = new LmpRouter(ILmpFactory(address(factory)), address(weth));
        lmp.transfer(alice, 2 * SHARES);
        vm.prank(alice);
        lmp.approve(address(router), 2 * SHARES);
    }

    function _enter(address destination, uint256 amount) private {
        Call[] memory calls;
        uint256 units;
        if (destination == address(curve)) {
            (calls, units) = _idleToCurve(amount);
        } else {
            uint256[] memory amounts = new uint256[](2);
            amounts[balancer.legs()[0] == address(weth) ? 0 : 1] = amount;
            calls =
                _with(calls, Routes.balancerJoin(venues.balancer.vault, venues.stablePool, amounts, address(executor)));
            units = _quote(Leg(address(0), amount), calls, balancer.lpToken());
            calls = _with(calls, Routes.wrap(balancer, units, address(executor)));
        }
        _execute(_legs(address(0), amount), _legs(destination, units), calls);
    }

    function _exit(bool unwrap) private view returns (InKindExit memory) {
        return InKindExit(address(lmp), SHARES, bob, unwrap, new address[](0), new Minimum[](0), block.timestamp);
    }

    /// @dev What the vault itself would give.
    function _expected() private returns (uint256 assets, uint256[] memory units) {
        uint256 snapshot = vm.snapshotState();
        vm.prank(alice);
        (assets,, units) = lmp.redeemInKind(SHARES, alice);
        vm.revertToStateAndDelete(snapshot);
    }

    function _requireRouterEmpty() private view {
        address[6] memory tokens =
            [address(weth), address(lmp), address(balancer), address(curve), balancer.lpToken(), curve.lpToken()];
        for (uint256 i; i < tokens.length; ++i) {
            assertEq(IERC20(tokens[i]).balanceOf(address(router)), 0);
        }
    }

    function test_unitsAsTheyAre() public {
        (uint256 assets, uint256[] memory units) = _expected();
        vm.prank(alice);
        router.redeemInKind(_exit(false));
        assertEq(weth.balanceOf(bob), assets);
        assertEq(balancer.balanceOf(bob), units[0]);
        assertEq(curve.balanceOf(bob), units[1]);
        assertGt(units[0], 0);
        assertGt(units[1], 0);
        assertEq(lmp.balanceOf(alice), SHARES);
        _requireRouterEmpty();
    }

    function test_unwrapped() public {
        (uint256 assets, uint256[] memory units) = _expected();
        vm.prank(alice);
        router.redeemInKind(_exit(true));
        assertEq(weth.balanceOf(bob), assets);
        assertEq(IERC20(balancer.lpToken()).balanceOf(bob), units[0]);
        assertEq(IERC20(curve.lpToken()).balanceOf(bob), units[1]);
        assertEq(balancer.balanceOf(bob) + curve.balanceOf(bob), 0);
        _requireRouterEmpty();
    }

    /// @dev Each minimum holds for itself, of whatever token, and for what this call brought.
    function test_N1_minimumsInKind(uint256 which, bool unwrap) public {
        (uint256 assets, uint256[] memory units) = _expected();
        which = bound(which, 0, 3);
        InKindExit memory exit = _exit(unwrap);
        exit.minimums = new Minimum[](3);
        exit.minimums[0] = Minimum(unwrap ? curve.lpToken() : address(curve), units[1]);
        exit.minimums[1] = Minimum(address(weth), assets);
        exit.minimums[2] = Minimum(unwrap ? balancer.lpToken() : address(balancer), units[0]);
        weth.transfer(bob, 1e18);
        if (which < 3) {
            uint256 exact = exit.minimums[which].amount++;
            vm.expectRevert(abi.encodeWithSelector(ILmpRouter.TooLittle.selector, exact, exact + 1));
        }
        vm.prank(alice);
        router.redeemInKind(exit);
        assertEq(lmp.balanceOf(alice), which < 3 ? 2 * SHARES : SHARES);
    }

    /// @dev A gauge that does not pay out holds up its own units only, and not if they are taken as they are.
    function test_L4_aVenueThatCannotPayOut() public {
        (uint256 assets, uint256[] memory units) = _expected();
        vm.mockCallRevert(address(venues.gauge), abi.encodeWithSignature("withdraw(uint256)"), "paused");
        InKindExit memory exit = _exit(true);
        vm.prank(alice);
        vm.expectRevert("paused");
        router.redeemInKind(exit);

        exit.kept = new address[](1);
        exit.kept[0] = address(balancer);
        vm.prank(alice);
        router.redeemInKind(exit);
        assertEq(weth.balanceOf(bob), assets);
        assertEq(balancer.balanceOf(bob), units[0]);
        assertEq(IERC20(curve.lpToken()).balanceOf(bob), units[1]);
        _requireRouterEmpty();
    }

    /// @dev No report for a month, feeds dead: nobody is asked.
    function test_L5_inKindAlways() public {
        skip(30 days);
        vm.expectCall(address(lmp), abi.encodeCall(lmp.report, ()), 0);
        vm.prank(alice);
        router.redeemInKind(_exit(true));
        assertGt(IERC20(curve.lpToken()).balanceOf(bob), 0);
    }

    /// @dev The vault's own rule holds within a multicall.
    function test_notAfterADepositInTheSameCall() public {
        weth.transfer(alice, 1e18);
        bytes[] memory calls = new bytes[](2);
        calls[0] = abi.encodeCall(ILmpRouter.deposit, (address(lmp), 1e18, alice, 0, block.timestamp));
        calls[1] = abi.encodeCall(ILmpRouter.redeemInKind, (_exit(false)));
        vm.startPrank(alice);
        weth.approve(address(router), 1e18);
        vm.expectRevert(ILMP.DepositedInThisTransaction.selector);
        router.multicall(calls);
    }
}
