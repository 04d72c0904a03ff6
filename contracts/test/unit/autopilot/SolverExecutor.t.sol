// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {Approval, Call, SolverExecutor} from "../../../src/autopilot/SolverExecutor.sol";
import {ILMP, Leg} from "../../../src/lmp/ILMP.sol";
import {TokenFixture} from "../../fixtures/TokenFixture.sol";
import {ExchangeMock} from "./mocks/ExchangeMock.sol";
import {RebalancingVaultMock} from "./mocks/RebalancingVaultMock.sol";
import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {Test} from "forge-std/Test.sol";

contract SolverExecutorTest is Test {
    address private immutable owner = makeAddr("owner");

    TokenFixture private asset;
    TokenFixture private units;
    ExchangeMock private exchange;
    RebalancingVaultMock private vault;
    SolverExecutor private executor;

    function setUp() public {
        asset = new TokenFixture("Asset", "ASSET", 18, address(this));
        units = new TokenFixture("Units", "UNITS", 18, address(this));
        exchange = new ExchangeMock();
        vault = new RebalancingVaultMock(address(asset));
        executor = new SolverExecutor(owner);
        asset.mint(address(vault), 1000e18);
        units.mint(address(vault), 1000e18);
        asset.mint(address(exchange), 1000e18);
        units.mint(address(exchange), 1000e18);
    }

    function _leg(address destination, uint256 amount) private pure returns (Leg[] memory legs) {
        legs = new Leg[](1);
        legs[0] = Leg(destination, amount);
    }

    /// @dev Route: idle to units at the exchange, which takes `taken` of `allowed`.
    function _route(uint256 allowed, uint256 taken, uint256 given) private view returns (Call[] memory calls) {
        calls = new Call[](1);
        Approval[] memory approvals = new Approval[](1);
        approvals[0] = Approval(address(asset), allowed);
        calls[0] =
            Call(address(exchange), approvals, abi.encodeCall(exchange.exchange, (asset, taken, IERC20(units), given)));
    }

    function _tokens() private view returns (address[] memory tokens) {
        tokens = new address[](2);
        (tokens[0], tokens[1]) = (address(asset), address(units));
    }

    function _execute(Leg[] memory outs, Leg[] memory ins, Call[] memory calls) private {
        address[] memory tokens = _tokens();
        vm.prank(owner);
        executor.execute(ILMP(address(vault)), outs, ins, calls, tokens);
    }

    function _assertHoldsNothing() private view {
        assertEq(asset.balanceOf(address(executor)), 0);
        assertEq(units.balanceOf(address(executor)), 0);
        assertEq(asset.allowance(address(executor), address(exchange)), 0);
        assertEq(asset.allowance(address(executor), address(vault)), 0);
        assertEq(units.allowance(address(executor), address(vault)), 0);
    }

    function test_executesAndLeavesTheRestToTheOwner() public {
        vm.expectEmit(address(executor));
        emit SolverExecutor.Swept(address(asset), owner, 1e18);
        vm.expectEmit(address(executor));
        emit SolverExecutor.Swept(address(units), owner, 3e18);
        _execute(_leg(address(0), 100e18), _leg(address(units), 96e18), _route(100e18, 99e18, 99e18));
        assertEq(units.balanceOf(address(vault)), 1096e18);
        assertEq(asset.balanceOf(address(vault)), 900e18);
        assertEq(asset.balanceOf(owner), 1e18);
        assertEq(units.balanceOf(owner), 3e18);
        _assertHoldsNothing();
    }

    function test_approvesExactlyTheInUnits() public {
        _execute(_leg(address(0), 100e18), _leg(address(units), 96e18), _route(100e18, 100e18, 99e18));
        assertEq(vault.approved(0), 96e18);
        // Into idle it is the asset that is approved.
        Call[] memory none = new Call[](0);
        _execute(_leg(address(0), 10e18), _leg(address(0), 7e18), none);
        assertEq(vault.approved(1), 7e18);
        _assertHoldsNothing();
    }

    function testFuzz_noApprovalSurvivesItsCall(uint256 allowed, uint256 taken) public {
        allowed = bound(allowed, 0, type(uint256).max - 1);
        taken = bound(taken, 0, allowed < 100e18 ? allowed : 100e18);
        _execute(_leg(address(0), 100e18), _leg(address(units), 96e18), _route(allowed, taken, 99e18));
        _assertHoldsNothing();
    }

    function test_deliveringLessReverts() public {
        Call[] memory route = _route(100e18, 100e18, 95e18);
        vm.prank(owner);
        vm.expectRevert(
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientBalance.selector, address(executor), 95e18, 96e18)
        );
        executor.execute(ILMP(address(vault)), _leg(address(0), 100e18), _leg(address(units), 96e18), route, _tokens());
    }

    function test_failingCallRevertsWithItsReason() public {
        Call[] memory calls = new Call[](1);
        calls[0] = Call(address(exchange), new Approval[](0), abi.encodeCall(exchange.closed, ()));
        vm.expectRevert(ExchangeMock.Closed.selector);
        _execute(_leg(address(0), 1), _leg(address(0), 1), calls);

        calls[0].target = makeAddr("nobody");
        vm.expectRevert(abi.encodeWithSelector(Address.AddressEmptyCode.selector, calls[0].target));
        _execute(_leg(address(0), 1), _leg(address(0), 1), calls);
    }

    function testFuzz_onlyTheOwner(address stranger) public {
        vm.assume(stranger != owner);
        address[] memory tokens = _tokens();
        Leg[] memory legs = _leg(address(0), 1);
        vm.startPrank(stranger);
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, stranger));
        executor.execute(ILMP(address(vault)), legs, legs, new Call[](0), tokens);
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, stranger));
        executor.sweep(tokens);
    }

    function test_callbackOutsideOfExecute() public {
        Leg[] memory legs = _leg(address(units), 1);
        bytes memory data = abi.encode(new Call[](0));
        vm.expectRevert(abi.encodeWithSelector(SolverExecutor.UnexpectedCallback.selector, address(this)));
        executor.onRebalance(legs, legs, data);
        vm.expectRevert(abi.encodeWithSelector(SolverExecutor.UnexpectedCallback.selector, address(vault)));
        vault.callBack(executor, legs, data);
        // Not after an execution in the same transaction either.
        _execute(_leg(address(0), 1), _leg(address(0), 1), new Call[](0));
        vm.expectRevert(abi.encodeWithSelector(SolverExecutor.UnexpectedCallback.selector, address(vault)));
        vault.callBack(executor, legs, data);
    }

    /// The route hands control to a stranger, who calls back into the executor.
    function test_callbackFromElsewhereDuringExecute() public {
        RebalancingVaultMock stranger = new RebalancingVaultMock(address(asset));
        Call[] memory calls = new Call[](1);
        bytes memory inner = abi.encode(new Call[](0));
        calls[0] = Call(
            address(stranger),
            new Approval[](0),
            abi.encodeCall(stranger.callBack, (executor, _leg(address(asset), 5), inner))
        );
        vm.expectRevert(abi.encodeWithSelector(SolverExecutor.UnexpectedCallback.selector, address(stranger)));
        _execute(_leg(address(0), 1), _leg(address(0), 1), calls);
    }

    function test_secondCallback() public {
        vault.setCallbacks(2);
        vm.expectRevert(abi.encodeWithSelector(SolverExecutor.UnexpectedCallback.selector, address(vault)));
        _execute(_leg(address(0), 1), _leg(address(0), 1), new Call[](0));
    }

    /// A vault that never calls back leaves the executor closed afterwards.
    function test_withoutCallback() public {
        vault.setCallbacks(0);
        vm.expectRevert();
        _execute(_leg(address(0), 1), _leg(address(0), 1), new Call[](0));
        Leg[] memory none = new Leg[](0);
        _execute(_leg(address(0), 1), none, new Call[](0));
        vm.expectRevert(abi.encodeWithSelector(SolverExecutor.UnexpectedCallback.selector, address(vault)));
        vault.callBack(executor, none, abi.encode(new Call[](0)));
    }

    function test_sweep() public {
        asset.mint(address(executor), 5e18);
        address[] memory tokens = _tokens();
        vm.prank(owner);
        executor.sweep(tokens);
        assertEq(asset.balanceOf(owner), 5e18);
        _assertHoldsNothing();
    }
}
