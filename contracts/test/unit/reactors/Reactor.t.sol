// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {Phase} from "../../../src/reactors/ICycleManager.sol";
import {IReactor} from "../../../src/reactors/IReactor.sol";
import {Reactor} from "../../../src/reactors/Reactor.sol";
import {FeeTokenMock} from "../../mocks/reactors/FeeTokenMock.sol";
import {World} from "./World.sol";
import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";

contract ReactorTest is World {
    address private immutable alice = makeAddr("alice");
    address private immutable bob = makeAddr("bob");
    address private immutable stranger = makeAddr("stranger");

    function setUp() public {
        setUpManager();
        deposit(ABC_ID, alice, 1000e18);
    }

    /* DEPOSIT */

    function testFuzz_depositIsOneToOne(uint256 amount) public {
        amount = bound(amount, 1, 1e30);
        deposit(ABC_ID, bob, amount);
        assertEq(tAbc.balanceOf(bob), amount);
        assertEq(manager.reactorState(ABC_ID).idle, 1000e18 + amount);
        assertEq(abc.balanceOf(address(tAbc)), 0, "tokens go straight to the manager");
        assertEq(manager.reserveOf(ABC_ID), 0);
    }

    function test_mintIsDeposit() public {
        abc.mint(bob, 5);
        vm.startPrank(bob);
        abc.approve(address(tAbc), 5);
        vm.expectEmit(true, true, true, true, address(tAbc));
        emit IReactor.Deposit(bob, alice, 5, 5);
        assertEq(tAbc.mint(5, alice), 5);
        assertEq(tAbc.previewMint(5), 5);
        assertEq(tAbc.previewDeposit(5), 5);
    }

    function test_depositRefusesNonsense() public {
        vm.expectRevert(IReactor.ZeroAmount.selector);
        tAbc.deposit(0, alice);
        vm.expectRevert(IReactor.ZeroAddress.selector);
        tAbc.deposit(1, address(0));
        vm.expectRevert(IReactor.ZeroAddress.selector);
        new Reactor(address(0), address(manager), "", "");
        vm.expectRevert(IReactor.ZeroAddress.selector);
        new Reactor(address(abc), address(0), "", "");
        uint256 max = tAbc.maxDeposit(alice);
        assertEq(tAbc.maxMint(alice), max);
        vm.expectRevert(abi.encodeWithSelector(IReactor.ExceedsMax.selector, max));
        tAbc.deposit(max + 1, alice);
    }

    function test_feeOnTransferIsRefused() public {
        FeeTokenMock fee = new FeeTokenMock();
        Reactor reactor = new Reactor(address(fee), address(manager), "tFEE", "tFEE");
        uint256 id = manager.addReactor(address(reactor), false, 0);
        fee.mint(address(this), 200);
        fee.approve(address(reactor), 100);
        vm.expectRevert(IReactor.FeeOnTransfer.selector);
        reactor.deposit(100, alice);
        fee.approve(address(reserve), 100);
        vm.expectRevert(IReactor.FeeOnTransfer.selector);
        reserve.contribute(id, 100);
    }

    function test_decimalsPermitAndInterfaces() public {
        assertEq(tXyz.decimals(), 6);
        assertEq(tAbc.decimals(), 18);
        assertEq(tAbc.share(), address(tAbc));
        assertTrue(tAbc.supportsInterface(0x01ffc9a7), "ERC-165");
        assertTrue(tAbc.supportsInterface(0xe3bc4e65), "ERC-7540 operators");
        assertTrue(tAbc.supportsInterface(0x620ee8e4), "ERC-7540 asynchronous redemption");
        assertTrue(tAbc.supportsInterface(0x2f0a18c5), "ERC-7575");
        assertFalse(tAbc.supportsInterface(0xce3bbe50), "no asynchronous deposits");
        assertFalse(tAbc.supportsInterface(0xffffffff));
        (address owner, uint256 key) = makeAddrAndKey("owner");
        bytes32 hash = keccak256(
            abi.encode(
                keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"),
                owner,
                bob,
                7,
                0,
                block.timestamp
            )
        );
        (uint8 v, bytes32 r, bytes32 s) =
            vm.sign(key, keccak256(abi.encodePacked("\x19\x01", tAbc.DOMAIN_SEPARATOR(), hash)));
        tAbc.permit(owner, bob, 7, block.timestamp, v, r, s);
        assertEq(tAbc.allowance(owner, bob), 7);
    }

    function test_previewsOfRedemptionsRevert() public {
        vm.expectRevert(IReactor.AsyncOnly.selector);
        tAbc.previewRedeem(1);
        vm.expectRevert(IReactor.AsyncOnly.selector);
        tAbc.previewWithdraw(1);
    }

    /* REQUEST */

    function test_requestIdIsTheCycleAskedAndTheNextInARollover() public {
        assertEq(request(ABC_ID, alice, 1e18), 0);
        assertEq(tAbc.balanceOf(address(tAbc)), 1e18, "escrowed");
        startRollover();
        assertEq(request(ABC_ID, alice, 2e18), 1);
        assertEq(tAbc.pendingRedeemRequest(0, alice), 1e18);
        assertEq(tAbc.pendingRedeemRequest(1, alice), 2e18);
        assertEq(tAbc.openShares(), 3e18);
        assertEq(tAbc.openSharesUpTo(0), 1e18);
        assertEq(tAbc.openSharesUpTo(1), 3e18);
        balanceAll();
        planAll();
        fillAll();
        manager.complete();
        assertEq(tAbc.claimableRedeemRequest(0, alice), 1e18, "claim from n + 1");
        assertEq(tAbc.claimableRedeemRequest(1, alice), 0);
        assertEq(tAbc.pendingRedeemRequest(0, alice), 0);
        rollover();
        assertEq(tAbc.claimableRedeemRequest(1, alice), 2e18, "n + 2 when asked in the rollover");
    }

    function test_requestRefusesNonsense() public {
        vm.startPrank(alice);
        vm.expectRevert(IReactor.ZeroAmount.selector);
        tAbc.requestRedeem(0, alice, alice);
        vm.expectRevert(IReactor.ZeroAddress.selector);
        tAbc.requestRedeem(1, address(0), alice);
        vm.expectRevert(IReactor.NotAuthorized.selector);
        tAbc.requestRedeem(1, bob, alice);
        vm.expectPartialRevert(IERC20Errors.ERC20InsufficientBalance.selector);
        tAbc.requestRedeem(1001e18, alice, alice);
        vm.stopPrank();
        vm.prank(stranger);
        vm.expectPartialRevert(IERC20Errors.ERC20InsufficientAllowance.selector);
        tAbc.requestRedeem(1, stranger, alice);
    }

    function test_operatorsAndAllowances() public {
        vm.prank(alice);
        assertTrue(tAbc.setOperator(bob, true));
        vm.startPrank(bob);
        tAbc.requestRedeem(1e18, alice, alice);
        tAbc.requestRedeem(1e18, bob, alice);
        tAbc.cancelRedeem(0, 1e18, alice, alice);
        vm.stopPrank();
        vm.prank(alice);
        tAbc.setOperator(bob, false);
        vm.prank(bob);
        vm.expectPartialRevert(IERC20Errors.ERC20InsufficientAllowance.selector);
        tAbc.requestRedeem(1, bob, alice);
        vm.prank(alice);
        tAbc.approve(bob, 1);
        vm.prank(bob);
        tAbc.requestRedeem(1, bob, alice);
        assertEq(tAbc.allowance(alice, bob), 0);
    }

    function test_eightOpenRequestsAtMost() public {
        for (uint256 i; i < 8; ++i) {
            request(ABC_ID, alice, 1e18);
            request(ABC_ID, alice, 1e18);
            rollover();
        }
        assertEq(tAbc.requestsOf(alice).length, 8);
        vm.prank(alice);
        vm.expectRevert(IReactor.TooManyRequests.selector);
        tAbc.requestRedeem(1, alice, alice);
        vm.prank(alice);
        tAbc.redeem(2e18, alice, alice);
        request(ABC_ID, alice, 1e18);
    }

    function test_cancelUntilItsRolloverStarts() public {
        request(ABC_ID, alice, 10e18);
        vm.prank(stranger);
        vm.expectRevert(IReactor.NotAuthorized.selector);
        tAbc.cancelRedeem(0, 1, alice, stranger);
        vm.startPrank(alice);
        vm.expectRevert(IReactor.ZeroAmount.selector);
        tAbc.cancelRedeem(0, 0, alice, alice);
        vm.expectRevert(IReactor.ZeroAddress.selector);
        tAbc.cancelRedeem(0, 1, alice, address(0));
        vm.expectRevert(abi.encodeWithSelector(IReactor.InsufficientRequest.selector, 10e18));
        tAbc.cancelRedeem(0, 10e18 + 1, alice, alice);
        vm.expectEmit(true, true, true, true, address(tAbc));
        emit IReactor.RedeemCancelled(alice, 0, bob, 4e18);
        tAbc.cancelRedeem(0, 4e18, alice, bob);
        vm.stopPrank();
        assertEq(tAbc.balanceOf(bob), 4e18);
        assertEq(tAbc.openShares(), 6e18);
        startRollover();
        request(ABC_ID, alice, 3e18);
        vm.startPrank(alice);
        vm.expectRevert(abi.encodeWithSelector(IReactor.RequestLocked.selector, 0));
        tAbc.cancelRedeem(0, 1, alice, alice);
        tAbc.cancelRedeem(1, 3e18, alice, alice);
        vm.stopPrank();
        assertEq(tAbc.requestsOf(alice).length, 1, "a request taken back frees its place");
    }

    /* FILL AND CLAIM */

    function test_onlyTheManagerFills() public {
        vm.expectRevert(IReactor.OnlyManager.selector);
        tAbc.fill(0, 1, WAD);
    }

    function test_claimRefusesNonsense() public {
        request(ABC_ID, alice, 10e18);
        vm.startPrank(alice);
        vm.expectRevert(abi.encodeWithSelector(IReactor.ExceedsMax.selector, 0));
        tAbc.redeem(1, alice, alice);
        vm.stopPrank();
        rollover();
        vm.startPrank(alice);
        vm.expectRevert(IReactor.ZeroAmount.selector);
        tAbc.redeem(0, alice, alice);
        vm.expectRevert(IReactor.ZeroAmount.selector);
        tAbc.withdraw(0, alice, alice);
        vm.expectRevert(IReactor.ZeroAddress.selector);
        tAbc.redeem(1, address(0), alice);
        vm.expectRevert(IReactor.ZeroAddress.selector);
        tAbc.withdraw(1, address(0), alice);
        vm.expectRevert(abi.encodeWithSelector(IReactor.ExceedsMax.selector, 10e18));
        tAbc.redeem(10e18 + 1, alice, alice);
        vm.expectRevert(abi.encodeWithSelector(IReactor.ExceedsMax.selector, 10e18));
        tAbc.withdraw(10e18 + 1, alice, alice);
        vm.stopPrank();
        vm.startPrank(stranger);
        vm.expectRevert(IReactor.NotAuthorized.selector);
        tAbc.redeem(1, stranger, alice);
        vm.expectRevert(IReactor.NotAuthorized.selector);
        tAbc.withdraw(1, stranger, alice);
    }

    function testFuzz_claimInParts(uint256 shares, uint256 first, bool byAssets) public {
        shares = bound(shares, 2, 1000e18);
        first = bound(first, 1, shares - 1);
        request(ABC_ID, alice, shares);
        rollover();
        vm.startPrank(alice);
        if (byAssets) assertEq(tAbc.withdraw(first, bob, alice), first);
        else assertEq(tAbc.redeem(first, bob, alice), first);
        assertEq(tAbc.maxRedeem(alice), shares - first);
        tAbc.redeem(shares - first, bob, alice);
        assertEq(abc.balanceOf(bob), shares);
        assertEq(tAbc.requestsOf(alice).length, 0);
        assertEq(manager.reactorState(ABC_ID).withheld, 0);
    }

    /// @dev A cohort filled in parts, at falling prices, pays everyone alike whenever they claim; never more than was set
    /// aside, and what rounding keeps is less than a base unit per request and fill.
    function testFuzz_partialFillsPayProRata(uint256 a, uint256 b, uint256[4] memory assets, uint256[4] memory cover)
        public
    {
        address me = address(this);
        Reactor reactor = new Reactor(address(abc), me, "t", "t");
        a = bound(a, 1, 1e27);
        b = bound(b, 1, 1e27);
        deal(address(reactor), alice, a, true);
        deal(address(reactor), bob, b, true);
        vm.prank(alice);
        reactor.requestRedeem(a, alice, alice);
        vm.prank(bob);
        reactor.requestRedeem(b, bob, bob);
        uint256 paidAlice;
        uint256 total;
        for (uint256 i; i < 4; ++i) {
            uint256 max = i == 3 ? type(uint128).max : bound(assets[i], 0, a + b);
            (, uint256 filled) = reactor.fill(0, max, bound(cover[i], 0.01e18, WAD));
            assertLe(filled, max);
            total += filled;
            // Alice claims after every fill, Bob only at the end.
            uint256 ready = reactor.maxRedeem(alice);
            if (ready == 0) continue;
            vm.prank(alice);
            paidAlice += reactor.redeem(ready, alice, alice);
        }
        assertEq(reactor.openShares(), 0, "wholly filled");
        uint256 paidBob;
        vm.prank(bob);
        paidBob = reactor.redeem(b, bob, bob);
        assertEq(paidAlice, total * a / (a + b), "claiming early changes nothing");
        assertEq(paidBob, total * b / (a + b));
        assertLe(paidAlice + paidBob, total);
        assertGe(paidAlice + paidBob + 1, total);
        assertEq(reactor.totalSupply(), 0, "burned");
    }

    /// @dev The manager of `testFuzz_partialFillsPayProRata`.
    function pay(address, uint256) external {}

    function state() external view returns (bytes32[6] memory) {}

    function test_oldestCohortFirst() public {
        address me = address(this);
        Reactor reactor = new Reactor(address(abc), me, "t", "t");
        deal(address(reactor), alice, 100, true);
        vm.prank(alice);
        reactor.requestRedeem(60, alice, alice);
        vm.mockCall(me, abi.encodeWithSignature("state()"), abi.encode(1, Phase.Open, 0, 0, 0, 0));
        vm.prank(alice);
        reactor.requestRedeem(40, alice, alice);
        (uint256 shares, uint256 assets) = reactor.fill(1, 70, WAD);
        assertEq(shares, 70);
        assertEq(assets, 70);
        assertEq(reactor.claimableRedeemRequest(0, alice), 60);
        assertEq(reactor.claimableRedeemRequest(1, alice), 10);
        (shares, assets) = reactor.fill(1, 70, 0);
        assertEq(shares, 0, "nothing is filled at nothing");
        (shares,) = reactor.fill(1, 70, WAD);
        assertEq(shares, 30);
    }

    /* SHORTFALL */

    function test_noDepositsWhileTheReserveIsShort() public {
        addVenue(abc, 1_000_000e18, ABC_ID, false);
        contribute(ABC_ID, 100e18);
        deposit(ETH_ID, bob, 100e18);
        contribute(ETH_ID, 100e18);
        rollover();
        prices.set(address(abc), ABC_PRICE * 4);
        toPlan();
        int256 short = -manager.reserveOf(ABC_ID);
        assertGt(short, 0);
        assertEq(tAbc.maxDeposit(alice), 0);
        vm.expectRevert(abi.encodeWithSelector(IReactor.ExceedsMax.selector, 0));
        tAbc.deposit(1, alice);
        assertEq(tAbc.totalAssets(), 1000e18 - uint256(short));
        assertEq(tAbc.convertToAssets(1000e18), tAbc.totalAssets());
        assertApproxEqAbs(tAbc.convertToAssets(1e18), manager.coverage(ABC_ID), 1);
        assertEq(tAbc.convertToShares(tAbc.totalAssets()), 1000e18);
    }
}
