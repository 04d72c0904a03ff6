// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {LmpViews} from "../../../src/lmp/LmpViews.sol";
import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IRebalancer} from "../../../src/autopilot/IRebalanceGate.sol";
import {CurveStableDestination} from "../../../src/destinations/CurveStableDestination.sol";
import {IDestination} from "../../../src/destinations/IDestination.sol";
import {ILMP, Leg, LmpParams} from "../../../src/lmp/ILMP.sol";
import {LMP} from "../../../src/lmp/LMP.sol";
import {ILossLedger} from "../../../src/loss/ILossLedger.sol";
import {LossLedger} from "../../../src/loss/LossLedger.sol";
import {LossPrices} from "../../../src/pricing/LossPrices.sol";
import {GateMock} from "../../mocks/lmp/GateMock.sol";
import {VenueConfig, Venues} from "../../venues/Venues.sol";
import {BalancerVaultLike} from "../../venues/interfaces/BalancerV2Like.sol";
import {BalancerFixture} from "../destinations/BalancerFixture.sol";

using LmpViews for LMP;

/// @notice A real vault, its ledger and real pools without fees to speak of: 400 WETH idle, 300 in Balancer, 300 in Curve. The
/// test contract is solver, trader, issuer and loss oracle.
contract LossVenuesTest is BalancerFixture, IRebalancer {
    /// @dev The smallest the pool accepts.
    uint256 private constant SWAP_FEE = 1e12;

    LMP private lmp;
    LossLedger private ledger;
    CurveStableDestination private curve;
    bool private reporting;

    function setUp() public {
        VenueConfig memory config = Venues.defaults(address(this));
        config.curveFee = 0;
        _setUpBalancer(config, SWAP_FEE);
        AccessManager authority = new AccessManager(address(this));
        ledger = new LossLedger(address(authority), new LossPrices(prices));
        lmp = new LMP(
            LmpParams({
                asset: address(weth),
                name: "Headrace WETH",
                symbol: "hWETH",
                configurator: address(this),
                gate: address(new GateMock()),
                lossLedger: address(ledger),
                feeBps: 0,
                feeRecipient: holder,
                cap: 10_000e18
            })
        );
        destination = _clone();
        destination.initialize(address(lmp), address(set.stablePool), address(set.gauge), rewardList);
        curve = CurveStableDestination(Clones.clone(address(new CurveStableDestination(prices, TOLERANCE, auction))));
        curve.initialize(
            address(lmp), address(set.curve.pool), address(set.curve.lpToken), address(0), new address[](0)
        );
        set.stablePool.approve(address(destination), type(uint256).max);
        set.curve.lpToken.approve(address(curve), type(uint256).max);
        for (int128 i; i < 4; ++i) {
            IERC20(set.curve.pool.coins(i)).approve(address(set.curve.pool), type(uint256).max);
        }
        lmp.addDestination(address(destination));
        lmp.addDestination(address(curve));
        weth.approve(address(lmp), type(uint256).max);
        lmp.report();
        lmp.deposit(1000e18, address(this));
        _move(address(0), 300e18, address(destination), 300e18);
        _move(address(0), 300e18, address(curve), 300e18);
        _next();
        _next();
    }

    /// @dev The solver's part: units of LP tokens it has.
    function onRebalance(Leg[] calldata, Leg[] calldata ins, bytes calldata) external {
        for (uint256 i; i < ins.length; ++i) {
            address to = ins[i].destination;
            if (to == address(0)) continue;
            IDestination(to).wrap(ins[i].units, address(this));
            IERC20(to).approve(address(lmp), ins[i].units);
        }
    }

    function test_atParNothingIsLost() public view {
        assertApproxEqRel(lmp.lossMark(), WAD, 1e12);
        (uint256 loss,,) = ledger.measure(address(lmp));
        assertEq(loss, 0);
    }

    /* SANDWICH */

    struct Sandwich {
        uint256 rate;
        uint256 price;
        bool wethIn;
        uint256 amount;
        uint256 curveAmount;
        uint256 path;
    }

    /// @dev Swap, report, swap back, in both pools at once, at any prices: the checkpoint in the middle and the one after say what
    /// they had said without.
    /// forge-config: default.fuzz.runs = 64
    /// forge-config: ci.fuzz.runs = 64
    function testFuzz_aSandwichOfTheCheckpointChangesNothing(Sandwich memory s) public {
        _bound(s, WAD);
        skip(6 hours);
        _setPrices(s.rate, s.price);
        // Prices only fell: nothing is locked but what the swaps leave as fees.
        assertLe(_sandwich(s), 1e13);
    }

    /// @dev A gain the vault has not booked yet is the one thing a swap moves, in `low` alone: it can keep the vault from booking it, so
    /// it is not locked and not left out. With the lock added again nothing moves.
    /// forge-config: default.fuzz.runs = 64
    /// forge-config: ci.fuzz.runs = 64
    function testFuzz_butForGainsThatAreNotBookedYet(Sandwich memory s) public {
        _bound(s, 1.2e18);
        skip(6 hours);
        _setPrices(s.rate, s.price);
        _sandwich(s);
    }

    function _bound(Sandwich memory s, uint256 highest) private pure {
        (s.rate, s.price) = (bound(s.rate, 0.8e18, highest), bound(s.price, 0.7e18, highest));
        (s.amount, s.curveAmount) = (bound(s.amount, 1e15, 4000e18), bound(s.curveAmount, 1e15, 10_000e18));
    }

    /// @return mostLocked the most that was locked in any of the checkpoints, per share
    function _sandwich(Sandwich memory s) private returns (uint256 mostLocked) {
        (int128 from, int128 to) = (_coin(s.path % 4), _coin((s.path % 4 + 1 + s.path / 4 % 3) % 4));
        uint256 count = ledger.state(address(lmp)).count;
        uint256 undisturbed = vm.snapshotState();
        lmp.report();
        (uint256 high, uint256 low, uint256 mark, uint256 locked) = _written();
        assertTrue(vm.revertToState(undisturbed));

        uint256 out = _swapOut(s.wethIn, s.amount);
        uint256 curveOut = _exchange(from, to, s.curveAmount);
        lmp.report();
        uint256 fees = s.amount * 2 * SWAP_FEE / set.stablePool.getActualSupply();
        mostLocked = Math.max(locked, _expectSame(high, low, locked, fees));
        if (mostLocked <= 1e13) assertEq(_last().mark, mark, "mark");
        _swapOut(!s.wethIn, out);
        _exchange(to, from, curveOut);
        skip(1 hours);
        lmp.report();
        mostLocked = Math.max(mostLocked, _expectSame(high, low, locked, 3 * fees));
        assertEq(ledger.state(address(lmp)).count, count + 2, "both were written");
    }

    /// @dev The vault's own book does move with the pool, within its band, and closes when it is out of it.
    function test_theSandwichIsLargeEnoughToMatter() public {
        _swap(true, 3000e18);
        set.curve.pool.exchange(1, 0, 8000e18, 0);
        assertFalse(_ok(destination));
        lmp.report();
        assertFalse(lmp.isFresh());
    }

    /* LOCK OF A VENUE */

    receive() external payable override {
        if (reporting) lmp.report();
    }

    function test_aReportFromInsideAVenueWritesNothing() public {
        skip(6 hours);
        _setPrices(WAD, WAD);
        reporting = true;
        (address[] memory assets,,) = set.balancer.vault.getPoolTokens(poolId);
        for (uint256 i; i < assets.length; ++i) {
            if (assets[i] == address(weth)) assets[i] = address(0);
        }
        uint256 count = ledger.state(address(lmp)).count;
        vm.expectEmit(address(ledger));
        emit ILossLedger.CheckpointSkipped(address(lmp), address(destination));
        set.balancer.vault
            .exitPool(
                poolId,
                address(this),
                payable(address(this)),
                BalancerVaultLike.ExitPoolRequest(
                    assets, new uint256[](assets.length), abi.encode(EXIT_PROPORTIONAL, 500e18), false
                )
            );
        assertEq(ledger.state(address(lmp)).count, count);
        lmp.report();
        assertEq(ledger.state(address(lmp)).count, count + 1, "outside it is written");
    }

    /* GAS */

    /// @dev Little gas ends a report; it never makes a healthy destination look dead, nor loses a checkpoint.
    /// forge-config: default.fuzz.runs = 64
    /// forge-config: ci.fuzz.runs = 64
    function testFuzz_noAmountOfGasSuppressesACheckpoint(uint256 gas_) public {
        skip(6 hours);
        _setPrices(0.9e18, 0.9e18);
        uint256 count = ledger.state(address(lmp)).count;
        (bool ok,) = address(lmp).call{gas: bound(gas_, 300_000, 2_000_000)}(abi.encodeCall(lmp.report, ()));
        assertEq(ledger.state(address(lmp)).count, ok ? count + 1 : count);
    }

    /* A LOSS IN REAL VENUES */

    /// @dev The first LST, in both pools, loses 20% of its issuer's rate, and the market follows.
    function test_anIssuersLossFreezesAndCountsOnce() public {
        skip(6 hours);
        _setPrices(0.8e18, 0.8e18);
        lmp.report();
        _next();
        (uint256 loss, uint256 high, uint256 threshold) = ledger.measure(address(lmp));
        // 20% of the LST is taken at the most where the LST is up to all of a pool; the pools were 1/2 and 1/4 LST.
        assertGt(loss, 300e18 * 20 / 100 * 3 / 4);
        assertLt(loss, 600e18 * 20 / 100);
        assertTrue(lmp.isFrozen());
        vm.expectRevert(ILMP.Frozen.selector);
        lmp.deposit(1e18, address(this));
        for (uint256 i; i < 3; ++i) {
            _next();
        }
        assertEq(ledger.window(address(lmp)).loss, loss);

        uint256 entry = lmp.entryAssets();
        ledger.execute(address(lmp), high, loss - threshold);
        assertFalse(lmp.isFrozen());
        assertEq(lmp.cover(), loss - threshold);
        assertEq(lmp.entryAssets(), entry + loss - threshold);
        (loss,,) = ledger.measure(address(lmp));
        assertEq(loss, 0);
        ledger.reduceCover(address(lmp), lmp.cover(), 0);
        assertEq(lmp.entryAssets(), entry);
    }

    function test_aPoolThatLosesALegIsALoss() public {
        vm.mockCall(address(set.curve.pool), abi.encodeCall(set.curve.pool.balances, (2)), abi.encode(0));
        _next();
        (uint256 loss,,) = ledger.measure(address(lmp));
        assertApproxEqRel(loss, 300e18, 1e12);
    }

    function test_costsOfARealRebalanceAreNoLoss() public {
        _move(address(0), 100e18, address(curve), 99.5e18);
        assertApproxEqRel(lmp.lossMark(), 0.9995e18, 1e12);
        _next();
        (uint256 loss,,) = ledger.measure(address(lmp));
        assertEq(loss, 0);
        _move(address(destination), 50e18, address(curve), 49.6e18);
        (loss,,) = ledger.measure(address(lmp));
        assertEq(loss, 0);
        assertApproxEqRel(lmp.lossMark(), 0.9991e18, 1e12);
    }

    function test_gasOfACheckpoint() public {
        skip(6 hours);
        _setPrices(1.05e18, 1.03e18);
        uint256 undisturbed = vm.snapshotState();
        lmp.report();
        uint256 withCheckpoint = vm.lastCallGas().gasTotalUsed;
        assertTrue(vm.revertToState(undisturbed));
        vm.mockCall(address(ledger), abi.encodeCall(ledger.checkpoint, ()), "");
        lmp.report();
        uint256 without = vm.lastCallGas().gasTotalUsed;
        emit log_named_uint("gas of a report with a checkpoint, 2 + 4 legs", withCheckpoint);
        emit log_named_uint("of which the checkpoint", withCheckpoint - without);
        assertLt(withCheckpoint - without, 800_000);
    }

    /* HELPERS */

    function _next() private {
        skip(6 hours);
        (uint256 rate, uint256 price,) = prices.legPrices(address(set.lst[0]));
        _setPrices(rate, price == 0 ? WAD : price);
        lmp.report();
    }

    /// @dev Issuer and market of the first LST; the others stay at 1 and fresh.
    function _setPrices(uint256 rate, uint256 price) private {
        set.lst[0].setRate(rate);
        set.stablePool.updateTokenRateCache(address(set.lst[0]));
        _answer(0, price);
        _answer(1, WAD);
        _answer(2, WAD);
    }

    function _move(address from, uint256 out, address to, uint256 units) private {
        Leg[] memory outs = new Leg[](1);
        Leg[] memory ins = new Leg[](1);
        (outs[0], ins[0]) = (Leg(from, out), Leg(to, units));
        lmp.rebalance(outs, ins, "");
    }

    function _swapOut(bool wethIn, uint256 amount) private returns (uint256 out) {
        IERC20 token = wethIn ? IERC20(address(set.lst[0])) : weth;
        out = token.balanceOf(address(this));
        _swap(wethIn, amount);
        out = token.balanceOf(address(this)) - out;
    }

    function _exchange(int128 from, int128 to, uint256 amount) private returns (uint256 out) {
        IERC20 token = IERC20(set.curve.pool.coins(to));
        out = token.balanceOf(address(this));
        set.curve.pool.exchange(from, to, amount, 0);
        out = token.balanceOf(address(this)) - out;
    }

    function _last() private view returns (ILossLedger.Checkpoint memory) {
        return ledger.checkpointAt(address(lmp), ledger.state(address(lmp)).count - 1);
    }

    function _written() private view returns (uint256 high, uint256 low, uint256 mark, uint256 locked) {
        ILossLedger.Checkpoint memory c = _last();
        (high, low, mark, locked) = (c.high, c.low, c.mark, lmp.book().locked * WAD / c.supply);
    }

    /// @dev Per share, `low` with what is locked.
    function _expectSame(uint256 high, uint256 low, uint256 locked, uint256 fees)
        private
        view
        returns (uint256 lockedNow)
    {
        uint256 highNow;
        uint256 lowNow;
        (highNow, lowNow,, lockedNow) = _written();
        _expectUnmoved(high, highNow, fees, "high");
        _expectUnmoved(low + locked, lowNow + lockedNow, fees, "low");
    }

    // forge-lint: disable-next-item(unsafe-typecast) below 4
    function _coin(uint256 i) private pure returns (int128) {
        return int128(uint128(i));
    }
}
