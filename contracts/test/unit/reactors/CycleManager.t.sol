// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {IPriceRegistry} from "../../../src/pricing/IPriceRegistry.sol";
import {CycleManager} from "../../../src/reactors/CycleManager.sol";
import {CycleState, ICycleManager, Phase, PositionState, ReactorState} from "../../../src/reactors/ICycleManager.sol";
import {Reactor} from "../../../src/reactors/Reactor.sol";
import {IUniswapV2Pair, UniswapV2Venue} from "../../../src/reactors/UniswapV2Venue.sol";
import {TokenFixture} from "../../fixtures/TokenFixture.sol";
import {World} from "./World.sol";
import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

contract CycleManagerTest is World {
    address private immutable stranger = makeAddr("stranger");
    address private immutable abcLp = makeAddr("abcLp");

    function setUp() public {
        setUpWorld();
    }

    function _phase(Phase phase) private view {
        assertEq(uint8(manager.state().phase), uint8(phase));
    }

    function _wrongPhase(Phase phase) private {
        vm.expectRevert(abi.encodeWithSelector(ICycleManager.WrongPhase.selector, phase));
    }

    /* CONSTRUCTION */

    function test_constructorRefusesNonsense() public {
        uint256 end = block.timestamp + 1;
        vm.expectRevert(ICycleManager.ZeroAddress.selector);
        new CycleManager(address(0), prices, LENGTH, end);
        vm.expectRevert(ICycleManager.ZeroAddress.selector);
        new CycleManager(address(access), IPriceRegistry(address(0)), LENGTH, end);
        vm.expectRevert(ICycleManager.InvalidParameter.selector);
        new CycleManager(address(access), prices, 1 hours - 1, end);
        vm.expectRevert(ICycleManager.InvalidParameter.selector);
        new CycleManager(address(access), prices, 365 days + 1, end);
        vm.expectRevert(ICycleManager.InvalidParameter.selector);
        new CycleManager(address(access), prices, LENGTH, block.timestamp);
    }

    /* PHASES */

    function test_phasesInOrder() public {
        fund();
        _phase(Phase.Open);
        _wrongPhase(Phase.Open);
        manager.mark(0);
        _wrongPhase(Phase.Open);
        manager.complete();
        vm.expectRevert(abi.encodeWithSelector(ICycleManager.CycleNotOver.selector, manager.state().end));
        manager.startRollover();

        startRollover();
        _phase(Phase.Mark);
        assertEq(manager.state().left, 3);
        _wrongPhase(Phase.Mark);
        manager.balance(0);
        _wrongPhase(Phase.Mark);
        manager.complete();
        markAll();
        _phase(Phase.Balance);
        _wrongPhase(Phase.Balance);
        manager.plan(0);
        balanceAll();
        _phase(Phase.Plan);
        vm.expectRevert(abi.encodeWithSelector(ICycleManager.TokenReactorsFirst.selector, ETH_ID));
        manager.plan(ETH_ID);
        _wrongPhase(Phase.Plan);
        manager.move(0);
        planAll();
        _phase(Phase.Move);
        _wrongPhase(Phase.Move);
        manager.fill(0);
        moveAll();
        _phase(Phase.Fill);
        manager.fill(0);
        _wrongPhase(Phase.Fill);
        manager.complete();
        fillAll();
        uint256 end = manager.state().end;
        manager.complete();
        CycleState memory c = manager.state();
        assertEq(c.cycle, 1);
        assertEq(c.end, end + LENGTH);
        assertEq(c.rolloverAt, 0);
        assertEq(c.start, block.timestamp);
        _phase(Phase.Open);
    }

    /// @dev Also when the phase has moved on.
    function test_secondCallsDoNothing() public {
        fund();
        startRollover();
        manager.startRollover();
        markAll();
        markAll();
        balanceAll();
        markAll();
        balanceAll();
        planAll();
        planAll();
        moveAll();
        bytes32 before = keccak256(abi.encode(manager.state(), manager.reactorState(1), manager.positionState(0)));
        vm.recordLogs();
        markAll();
        balanceAll();
        planAll();
        moveAll();
        assertEq(vm.getRecordedLogs().length, 0, "no events");
        assertEq(keccak256(abi.encode(manager.state(), manager.reactorState(1), manager.positionState(0))), before);
    }

    function test_unknownIds() public {
        bytes memory reactor = abi.encodeWithSelector(ICycleManager.UnknownReactor.selector, 9);
        bytes memory position = abi.encodeWithSelector(ICycleManager.UnknownPosition.selector, 9);
        vm.expectRevert(position);
        manager.mark(9);
        vm.expectRevert(reactor);
        manager.balance(9);
        vm.expectRevert(reactor);
        manager.plan(9);
        vm.expectRevert(position);
        manager.move(9);
        vm.expectRevert(reactor);
        manager.fill(9);
        vm.expectRevert(reactor);
        manager.reserveFloor(9);
        vm.expectRevert(reactor);
        manager.reactorState(9);
        vm.expectRevert(position);
        manager.positionState(9);
        vm.expectRevert(ICycleManager.OnlyReactor.selector);
        manager.reactorId(stranger);
    }

    function test_anEmptyManagerRollsOver() public {
        manager = new CycleManager(address(access), prices, LENGTH, block.timestamp + LENGTH);
        startRollover();
        _phase(Phase.Fill);
        manager.complete();
        assertEq(manager.state().cycle, 1);
    }

    /// @dev However late: one rollover, the next end on the grid and at least half a length away.
    function testFuzz_overdueCyclesTakeOneRollover(uint256 late) public {
        late = bound(late, 0, 200 days);
        uint256 end = manager.state().end;
        vm.warp(end + late);
        rollover();
        uint256 next = manager.state().end;
        assertEq((next - end) % LENGTH, 0, "on the grid");
        assertGt(next, block.timestamp + LENGTH / 2);
        assertLe(next, block.timestamp + LENGTH / 2 + LENGTH);
    }

    /* BOOKS */

    function test_flowsAreTheChangeOfTheReserve() public {
        fund();
        rollover();
        int256 before = manager.reserveOf(ABC_ID);
        prices.set(address(abc), ABC_PRICE * 3 / 2);
        startRollover();
        markAll();
        int256 flow = manager.reserveOf(ABC_ID) - manager.reactorState(ABC_ID).lastReserve
            - manager.reactorState(ABC_ID).external_;
        assertLt(flow, 0, "ABC went up: fewer of them are left");
        vm.expectEmit(true, true, true, true, address(manager));
        emit ICycleManager.ReactorBalanced(
            1, ABC_ID, flow, manager.reserveOf(ABC_ID), tAbc.totalSupply(), tAbc.totalSupply()
        );
        manager.balance(ABC_ID);
        assertLt(manager.reserveOf(ABC_ID), before);
        assertEq(manager.reactorState(ABC_ID).lastReserve, manager.reserveOf(ABC_ID));
        assertEq(manager.reactorState(ABC_ID).external_, 0);
    }

    function test_planLeavesWhatOpenCohortsNeed() public {
        fund();
        rollover();
        request(ABC_ID, abcLp, 390_000e18);
        rollover();
        assertEq(tAbc.maxRedeem(abcLp), 390_000e18, "filled in one go");
        assertEq(manager.reactorState(ABC_ID).withheld, 390_000e18);
        assertBooks();
        assertGuardrails();
    }

    function test_shortfallFillsNobodyForTwoCyclesThenAtQ() public {
        fund();
        rollover();
        // Eight times the price: the reserve of 100,000 does not cover d = 65% of 300,000.
        movePrice(abc, ABC_PRICE * 8);
        request(ABC_ID, abcLp, 100_000e18);
        for (uint256 i; i < 2; ++i) {
            rollover();
            assertLt(manager.reserveOf(ABC_ID), 0);
            assertEq(tAbc.maxRedeem(abcLp), 0, "no fills");
            assertEq(tAbc.maxDeposit(abcLp), 0);
            assertEq(manager.reactorState(ABC_ID).shortCycles, i + 1);
        }
        uint256 q = manager.coverage(ABC_ID);
        assertLt(q, WAD);
        int256 before = manager.reserveOf(ABC_ID);
        rollover();
        assertEq(tAbc.maxRedeem(abcLp), 100_000e18);
        assertApproxEqAbs(tAbc.maxWithdraw(abcLp), 100_000e18 * q / WAD, 1e6, "at q");
        assertApproxEqAbs(manager.coverage(ABC_ID), q, 10, "q unchanged for the rest");
        int256 haircut = int256(100_000e18 - tAbc.maxWithdraw(abcLp));
        assertEq(manager.reactorState(ABC_ID).external_, haircut, "no flow for the haircut");
        assertApproxEqAbs(manager.reserveOf(ABC_ID), before + haircut, 10);
        assertEq(manager.reactorState(ABC_ID).dep, 0, "sum dep/V <= R: nothing is deployed short of reserve");
        contribute(ABC_ID, 500_000e18);
        rollover();
        assertEq(manager.reactorState(ABC_ID).shortCycles, 0);
    }

    function test_pairSideShortScalesAllByOneFactor() public {
        deposit(ABC_ID, abcLp, 400_000e18);
        deposit(XYZ_ID, abcLp, 300_000e6);
        contribute(ABC_ID, 100_000e18);
        contribute(XYZ_ID, 100_000e6);
        contribute(ETH_ID, 300e18);
        rollover();
        // Wanted on the ETH side: 300,000 * 0.005 + 250,000 * 0.002 = 2,000; the reserve of 300 alone allows 300.
        assertApproxEqRel(manager.reactorState(ETH_ID).dep, 300e18 * WAD / 1.01e18, 1e12);
        uint256 factor = manager.positionState(0).tokenAmount * WAD / manager.positionState(0).tokenTarget;
        for (uint256 i = 1; i < 3; ++i) {
            PositionState memory p = manager.positionState(i);
            assertApproxEqRel(p.tokenAmount * WAD / p.tokenTarget, factor, 1e13, "one factor");
        }
        assertGuardrails();
    }

    function test_moveOutOfBandRevertsThenIsPassedOver() public {
        fund();
        rollover();
        contribute(ABC_ID, 50_000e18);
        contribute(ETH_ID, 500e18);
        toMove();
        tradeTo(0, ABC_PRICE * 102 / 100);
        uint256 units = manager.positionState(0).units;
        vm.expectPartialRevert(ICycleManager.PriceOutOfBand.selector);
        manager.move(0);
        prices.setStale(address(abc), true);
        vm.expectRevert(abi.encodeWithSelector(IPriceRegistry.StalePrice.selector, address(abc)));
        manager.move(0);
        vm.warp(manager.state().rolloverAt + 6 hours - 1);
        vm.expectRevert();
        manager.move(0);
        skip(1);
        PositionState memory p = manager.positionState(0);
        vm.expectEmit(true, true, true, true, address(manager));
        emit ICycleManager.PositionMoved(1, 0, 0, 0, 0, p.tokenAmount, p.pairAmount, true);
        manager.move(0);
        assertEq(manager.positionState(0).units, units, "units unchanged");
        vm.expectRevert(ICycleManager.OnlySelf.selector);
        manager.attemptMove(0);
    }

    /* DOORS */

    function test_onlyReactorsAndTheReserveBook() public {
        vm.startPrank(stranger);
        vm.expectRevert(ICycleManager.OnlyReactor.selector);
        manager.onDeposit(1);
        vm.expectRevert(ICycleManager.OnlyReactor.selector);
        manager.pay(stranger, 1);
        vm.expectRevert(ICycleManager.OnlyReserve.selector);
        manager.externalFlow(0, 1, stranger);
        vm.stopPrank();

        vm.startPrank(address(tAbc));
        vm.expectRevert(ICycleManager.ZeroAmount.selector);
        manager.onDeposit(0);
        vm.expectRevert(ICycleManager.NotBacked.selector);
        manager.onDeposit(1);
        vm.expectRevert(ICycleManager.ZeroAmount.selector);
        manager.pay(stranger, 0);
        vm.expectRevert(ICycleManager.ZeroAddress.selector);
        manager.pay(address(0), 1);
        vm.expectRevert();
        manager.pay(stranger, 1);
        vm.stopPrank();

        vm.startPrank(address(reserve));
        vm.expectRevert(ICycleManager.ZeroAmount.selector);
        manager.externalFlow(0, 0, stranger);
        vm.expectRevert(ICycleManager.NotBacked.selector);
        manager.externalFlow(0, 1, stranger);
        vm.expectRevert(ICycleManager.InvalidParameter.selector);
        manager.externalFlow(0, int256(type(int128).max) + 1, stranger);
        vm.expectRevert(ICycleManager.ZeroAddress.selector);
        manager.externalFlow(0, -1, address(0));
        vm.stopPrank();
    }

    function test_restrictedFunctionsRefuseStrangers() public {
        bytes[6] memory calls = [
            abi.encodeCall(manager.addReactor, (stranger, false, 0)),
            abi.encodeCall(manager.addPosition, (stranger, 1, 0, V)),
            abi.encodeCall(manager.raiseMultiple, (0, 4e18)),
            abi.encodeCall(manager.lowerMultiple, (0, 2e18)),
            abi.encodeCall(manager.raiseMaxLpShare, (0, 0.6e18)),
            abi.encodeCall(manager.lowerMaxLpShare, (0, 0.4e18))
        ];
        for (uint256 i; i < calls.length; ++i) {
            vm.prank(stranger);
            (bool ok, bytes memory reason) = address(manager).call(calls[i]);
            assertFalse(ok);
            assertEq(bytes4(reason), IAccessManaged.AccessManagedUnauthorized.selector);
        }
    }

    /* LISTING */

    function test_addReactorRefusesNonsense() public {
        vm.expectRevert(ICycleManager.ZeroAddress.selector);
        manager.addReactor(address(0), false, 0);
        Reactor again = new Reactor(address(abc), address(manager), "t", "t");
        vm.expectRevert(abi.encodeWithSelector(ICycleManager.DuplicateAsset.selector, address(abc)));
        manager.addReactor(address(again), false, 0);
        TokenFixture other = new TokenFixture("o", "o", 18, address(this));
        Reactor foreign = new Reactor(address(other), stranger, "t", "t");
        vm.expectRevert(ICycleManager.InvalidParameter.selector);
        manager.addReactor(address(foreign), false, 0);
        Reactor good = new Reactor(address(other), address(manager), "t", "t");
        vm.expectRevert(ICycleManager.InvalidParameter.selector);
        manager.addReactor(address(good), false, WAD + 1);
        TokenFixture fine = new TokenFixture("f", "f", 25, address(this));
        Reactor tooFine = new Reactor(address(fine), address(manager), "t", "t");
        vm.expectRevert(ICycleManager.InvalidParameter.selector);
        manager.addReactor(address(tooFine), false, 0);
        startRollover();
        _wrongPhase(Phase.Mark);
        manager.addReactor(address(good), false, 0);
    }

    function test_addPositionRefusesNonsense() public {
        address pool = address(newPool(abc, 1000e18));
        address good = address(new UniswapV2Venue(address(manager), IUniswapV2Pair(pool), address(abc)));
        vm.expectRevert(ICycleManager.ZeroAddress.selector);
        manager.addPosition(address(0), ABC_ID, ETH_ID, V);
        vm.expectRevert(ICycleManager.InvalidParameter.selector);
        manager.addPosition(good, ABC_ID, ETH_ID, 0.01e18 - 1);
        vm.expectRevert(ICycleManager.InvalidParameter.selector);
        manager.addPosition(good, ABC_ID, ETH_ID, 100e18 + 1);
        vm.expectRevert(ICycleManager.InvalidParameter.selector);
        manager.addPosition(good, ETH_ID, ABC_ID, V);
        vm.expectRevert(ICycleManager.InvalidParameter.selector);
        manager.addPosition(good, XYZ_ID, ETH_ID, V);
        vm.expectRevert(abi.encodeWithSelector(ICycleManager.UnknownReactor.selector, 9));
        manager.addPosition(good, 9, ETH_ID, V);
        address foreign = address(new UniswapV2Venue(stranger, IUniswapV2Pair(pool), address(abc)));
        vm.expectRevert(ICycleManager.InvalidParameter.selector);
        manager.addPosition(foreign, ABC_ID, ETH_ID, V);
        manager.addPosition(good, ABC_ID, ETH_ID, V);
        address again = address(new UniswapV2Venue(address(manager), IUniswapV2Pair(pool), address(abc)));
        vm.expectRevert(ICycleManager.InvalidParameter.selector);
        manager.addPosition(again, ABC_ID, ETH_ID, V);
        startRollover();
        _wrongPhase(Phase.Mark);
        manager.addPosition(again, ABC_ID, ETH_ID, V);
    }

    function test_limitsGoTheRightWay() public {
        fund();
        rollover();
        uint256 floor = manager.reserveFloor(ABC_ID);
        vm.expectRevert(ICycleManager.InvalidParameter.selector);
        manager.raiseMultiple(0, V);
        vm.expectRevert(ICycleManager.InvalidParameter.selector);
        manager.lowerMultiple(0, V);
        vm.expectRevert(ICycleManager.InvalidParameter.selector);
        manager.raiseMaxLpShare(ABC_ID, WAD + 1);
        vm.expectRevert(ICycleManager.InvalidParameter.selector);
        manager.raiseMaxLpShare(ABC_ID, 0.5e18);
        vm.expectRevert(ICycleManager.InvalidParameter.selector);
        manager.lowerMaxLpShare(ABC_ID, 0.5e18);

        vm.expectEmit(true, true, true, true, address(manager));
        emit ICycleManager.MultipleSet(0, 1e18);
        manager.lowerMultiple(0, 1e18);
        uint256 dep = manager.positionState(0).tokenAmount;
        assertApproxEqAbs(manager.reserveFloor(ABC_ID), floor + dep - dep / 3, 2, "the floor follows");
        manager.lowerMaxLpShare(ABC_ID, 0.1e18);
        rollover();
        assertGuardrails();
        manager.raiseMultiple(0, 4e18);
        manager.raiseMaxLpShare(ABC_ID, 0.5e18);
        rollover();
        assertGuardrails();
    }
}
