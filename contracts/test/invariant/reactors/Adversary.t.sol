// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {ICycleManager, Phase, PositionState} from "../../../src/reactors/ICycleManager.sol";
import {IUniswapV2Pair, UniswapV2Venue} from "../../../src/reactors/UniswapV2Venue.sol";
import {FailingVenueMock} from "../../mocks/reactors/FailingVenueMock.sol";
import {World} from "../../unit/reactors/World.sol";
import {UniswapV2, UniswapV2Core} from "../../venues/UniswapV2.sol";

/// @dev R5-7: moving a pool before a step and back after it never costs the reserves more than rounding and the tolerance on
/// what is moved. R5-8: a venue that reverts, or little gas, cannot stop the cycle nor create a shortfall.
contract AdversaryTest is World {
    uint256 private constant PASS_OVER = 6 hours;

    function setUp() public {
        setUpWorld();
        fund();
        rollover();
    }

    /// @param step 0 mark, 1 balance, 2 plan, 3 move, 4 fill: where the attacker stands
    function testFuzz_movedPoolCostsNothing(
        uint256 step,
        uint256 position,
        uint256 push,
        uint256 change,
        uint256 leaving
    ) public {
        step = bound(step, 0, 4);
        position = bound(position, 0, 2);
        // Half of the pushes stay inside of the band, where a move goes through.
        push = push % 2 == 0 ? bound(push, 0.991e18, 1.009e18) : bound(push, 0.2e18, 5e18);
        movePrice(abc, ABC_PRICE * bound(change, 0.7e18, 1.5e18) / WAD);
        request(ABC_ID, makeAddr("abcLp"), bound(leaving, 1, 300_000e18));

        uint256 start = vm.snapshotState();
        _attacked(step, position, WAD);
        int256 honest = _value();
        uint256 moved = _movedValue();
        vm.revertToState(start);
        _attacked(step, position, push);
        uint256 tolerated = (moved > _movedValue() ? moved : _movedValue()) / 100 + 1e12;
        assertGe(_value() + int256(tolerated), honest, "R5-7: a moved pool costs nothing");
        assertBooks();
        assertGuardrails();
    }

    /// @dev One rollover; at `step` the pool is pushed, and put back after the step.
    function _attacked(uint256 step, uint256 position, uint256 push) private {
        startRollover();
        for (uint256 s; s < 5; ++s) {
            uint256 price = relative(position == 2 ? xyz : abc);
            bool here = s == step && push != WAD;
            if (here) tradeTo(position, price * push / WAD);
            if (s == 0) markAll();
            if (s == 1) balanceAll();
            if (s == 2) planAll();
            if (s == 3) _moveWhatGoes();
            if (s == 4) fillAll();
            if (here) tradeTo(position, price);
            if (s == 3) _moveWhatGoes();
        }
        manager.complete();
    }

    function _moveWhatGoes() private {
        for (uint256 i; i < 3; ++i) {
            try manager.move(i) {}
            catch (bytes memory reason) {
                assertEq(bytes4(reason), ICycleManager.PriceOutOfBand.selector);
            }
        }
    }

    /// @dev Reserves of all reactors in ETH.
    function _value() private view returns (int256) {
        return manager.reserveOf(ETH_ID) + manager.reserveOf(ABC_ID) * int256(relative(abc)) / int256(WAD)
            + manager.reserveOf(XYZ_ID) * int256(relative(xyz)) / int256(WAD);
    }

    /// @dev A bound on what was moved: everything planned and everything there, in ETH.
    function _movedValue() private view returns (uint256 value) {
        for (uint256 i; i < 3; ++i) {
            PositionState memory p = manager.positionState(i);
            uint256 amount = p.pairAmount > p.pairTarget ? p.pairAmount - p.pairTarget : p.pairTarget;
            value += 2 * (amount > p.pairAmount ? amount : p.pairAmount);
        }
    }

    /// @dev Prices that drift between mark and move take from the targets what they took from the reserve.
    function testFuzz_guardrailsHoldThoughPricesDrift(uint256 change, uint256 drift, uint256 spot) public {
        movePrice(abc, ABC_PRICE * bound(change, 0.8e18, 1.25e18) / WAD);
        movePrice(xyz, XYZ_PRICE * bound(change >> 128, 0.8e18, 1.25e18) / WAD);
        contribute(ETH_ID, 2000e18);
        contribute(ABC_ID, 200_000e18);
        contribute(XYZ_ID, 200_000e6);
        toMove();
        movePrice(abc, prices.price(address(abc)) * bound(drift, 0.9e18, 1.1e18) / WAD);
        for (uint256 i; i < 2; ++i) {
            tradeTo(i, relative(abc) * bound(spot, 0.993e18, 1.007e18) / WAD);
        }
        moveAll();
        assertGuardrails();
        fillAll();
        manager.complete();
        assertBooks();
        assertGuardrails();
    }

    function test_anyFailureOfAVenueLetsTheCycleThrough() public {
        for (uint8 read_; read_ < 4; ++read_) {
            for (uint8 move_; move_ < 3; ++move_) {
                if (read_ == 0 && move_ == 0) continue;
                failing.fail(FailingVenueMock.Failure(read_), FailingVenueMock.Failure(move_));
                contribute(XYZ_ID, 1000e6);
                contribute(ETH_ID, 10e18);
                PositionState memory before = manager.positionState(2);
                int256[3] memory reserves = _reserves();
                toMove();
                assertEq(manager.positionState(2).stale, read_ != 0, "stale exactly when it cannot be read");
                manager.move(0);
                manager.move(1);
                vm.warp(block.timestamp + PASS_OVER);
                manager.move{gas: 5_000_000}(2);
                fillAll();
                manager.complete();
                PositionState memory p = manager.positionState(2);
                assertEq(p.units, before.units, "units unchanged");
                assertBooks();
                for (uint256 i; i < 3; ++i) {
                    assertGe(manager.reserveOf(i) + 3 * 3, reserves[i], "R5-8: no shortfall out of a failing venue");
                }
            }
        }
    }

    function _reserves() private view returns (int256[3] memory r) {
        for (uint256 i; i < 3; ++i) {
            r[i] = manager.reserveOf(i);
        }
    }

    function test_staleReactorsDeployNothingNew() public {
        contribute(XYZ_ID, 100_000e6);
        contribute(ABC_ID, 100_000e18);
        contribute(ETH_ID, 1000e18);
        uint256 abcUnits = manager.positionState(0).units;
        prices.setStale(address(xyz), true);
        rollover();
        assertTrue(manager.positionState(2).stale);
        assertLe(manager.positionState(0).units, abcUnits, "the pair reactor has a stale position");
        prices.setStale(address(xyz), false);
        rollover();
        assertGt(manager.positionState(0).units, abcUnits, "and grows again afterwards");
    }

    /// @dev Positions cannot be unlisted: one that nothing was ever put into must not stop the growth of all others for ever.
    function test_anEmptyDeadVenueHoldsNobodyUp() public {
        UniswapV2Core memory core = UniswapV2.deploy(address(eth), address(this));
        address unused = address(core.factory.createPair(address(abc), address(eth)));
        address adapter = address(new UniswapV2Venue(address(manager), IUniswapV2Pair(unused), address(abc)));
        uint256 dead = manager.addPosition(adapter, ABC_ID, ETH_ID, V);
        contribute(ABC_ID, 100_000e18);
        contribute(XYZ_ID, 100_000e6);
        contribute(ETH_ID, 2000e18);
        uint256 abcUnits = manager.positionState(0).units;
        uint256 xyzUnits = manager.positionState(2).units;
        rollover();
        assertTrue(manager.positionState(dead).stale);
        assertEq(manager.positionState(dead).units, 0);
        assertGt(manager.positionState(0).units, abcUnits, "a venue of the same token reactor");
        assertGt(manager.positionState(2).units, xyzUnits, "a venue of the same pair reactor");
        assertBooks();
        assertGuardrails();
    }

    /// @dev With any amount of gas a mark either reverts or is the honest one.
    function testFuzz_littleGasCannotMakeAPositionStale(uint256 gas_) public {
        startRollover();
        gas_ = bound(gas_, 30_000, 2_000_000);
        (bool ok,) = address(manager).call{gas: gas_}(abi.encodeCall(manager.mark, (0)));
        if (ok) assertFalse(manager.positionState(0).stale, "R5-8: little gas, false mark");
        else assertEq(manager.positionState(0).markedIn, 1, "nothing happened");
    }

    function testFuzz_littleGasCannotPassAPositionOver(uint256 gas_) public {
        contribute(ABC_ID, 100_000e18);
        contribute(ETH_ID, 1000e18);
        toMove();
        vm.warp(block.timestamp + PASS_OVER);
        uint256 before = manager.positionState(0).units;
        gas_ = bound(gas_, 30_000, 3_000_000);
        (bool ok,) = address(manager).call{gas: gas_}(abi.encodeCall(manager.move, (0)));
        if (ok) assertGt(manager.positionState(0).units, before, "R5-8: little gas, passed over");
        else assertEq(manager.positionState(0).movedIn, 1, "nothing happened");
    }

    function test_littleGasIsNamed() public {
        startRollover();
        (bool ok, bytes memory reason) = address(manager).call{gas: 300_000}(abi.encodeCall(manager.mark, (0)));
        assertFalse(ok);
        assertEq(bytes4(reason), ICycleManager.NotEnoughGas.selector);
    }

    function test_aRegistryThatBurnsGasMakesStaleAndNothingWorse() public {
        prices.setBurning(true);
        startRollover();
        for (uint256 i; i < 3; ++i) {
            manager.mark{gas: 3_000_000}(i);
            assertTrue(manager.positionState(i).stale);
        }
        assertEq(uint8(manager.state().phase), uint8(Phase.Balance));
    }
}
