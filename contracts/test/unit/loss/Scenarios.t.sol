// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";
import {stdJson} from "forge-std/StdJson.sol";

import {LossBase} from "./LossBase.sol";

/// @notice What counts as a loss, on ten histories of a vault with 60% of an LST, reported every 6 h. Losses are parts of
/// mark * supply before the event; expected figures hold to 1e-12 of it.
contract ScenariosTest is LossBase {
    using stdJson for string;

    uint256 private constant TOLERANCE = 1e6;

    /// @dev Largest loss of any checkpoint so far.
    uint256 private worst;

    function setUp() public override {
        super.setUp();
        _confirmMark();
        assertEq(vault.lossMark(), WAD);
    }

    function test_Scenario_StEth2022Held() public {
        uint256 frozen = _replay(type(uint256).max);
        _expect("stETH 2022 held through", 0, worst);
        assertEq(frozen, 0);
    }

    /// @dev 2022-06-18: half of what it has, sold at the lowest price.
    function test_Scenario_StEth2022SoldAtTheLow() public {
        uint256 frozen = _replay(48);
        _expect("stETH 2022 with sales at the low", 0, worst);
        assertEq(frozen, 0);
        assertLt(vault.lossMark(), 0.982e18, "1.9% of the vault was given away");
    }

    function test_Scenario_SixRoundTrips() public {
        vault.set(200e18, 0, SUPPLY);
        vault.setUnits(address(destination), 800e18);
        registry.set(lst, WAD, 0.98e18);
        uint256 units = 800e18;
        for (uint256 i; i < 6; ++i) {
            uint256 assets = units * 98 / 100;
            _sell(units, assets, false);
            _report();
            // The same price there and back, and 0.1% of costs.
            units = assets * 999 / 980;
            _buy(assets, units);
            _report();
        }
        _expect("six round trips of 80% at a 2% discount", 0, worst);
        assertApproxEqRel(vault.lossMark(), 0.9801e18, 0.001e18, "it follows the costs");
    }

    function test_Scenario_ManagementFee() public {
        for (uint256 i; i < 1460; ++i) {
            vault.mintFee(vault.totalSupply() * 2 / 100 / 1460);
            _report();
        }
        _expect("2% management fee for a year, zero yield", 0, worst);
        assertApproxEqRel(vault.lossMark(), WAD * 100 / 102, 0.001e18);
    }

    function test_Scenario_IssuerRateFalls() public {
        registry.set(lst, 0.95e18, 0.95e18);
        _report();
        _expect("issuer rate -5%", 0.03e18, worst);
    }

    function test_Scenario_LastingDiscount() public {
        registry.set(lst, WAD, 0.88e18);
        for (uint256 i; i < 13 * 4; ++i) {
            _report();
        }
        assertEq(worst, 0, "not before it has lasted");
        for (uint256 i; i < 17 * 4; ++i) {
            _report();
        }
        _expect("12% discount for 30 d", 0.042e18, worst);
    }

    function test_Scenario_InfiniteMint() public {
        registry.set(lst, WAD, 0.5e18);
        for (uint256 i; i < 15 * 4; ++i) {
            _report();
        }
        _expect("infinite mint, price -50%, rate never updated", 0.27e18, worst);
    }

    function test_Scenario_DiscountThatPasses() public {
        registry.set(lst, WAD, 0.88e18);
        for (uint256 i; i < 10 * 4; ++i) {
            _report();
        }
        registry.set(lst, WAD, WAD);
        for (uint256 i; i < 20 * 4; ++i) {
            _report();
        }
        _expect("12% discount for 10 d, then peg", 0, worst);
        assertEq(vault.lossMark(), WAD);
    }

    function test_Scenario_TheftInAVenue() public {
        destination.setPerUnit(0.9e18);
        _report();
        _expect("10% of the LP quantity stolen", 0.06e18, worst);
    }

    function test_Scenario_ExitFromClosingDestination() public {
        registry.set(lst, WAD, 0.9e18);
        _sell(300e18, 270e18, true);
        _report();
        _expect("exit of half from a closing destination at -10%", 0.015e18, worst);
    }

    /* HELPERS */

    function _report() private {
        _next(6 hours);
        uint256 loss = _loss();
        if (loss > worst) worst = loss;
    }

    /// @param saleDay day on which half of the LST is sold at the market
    /// @return frozen reports after which the vault was frozen
    function _replay(uint256 saleDay) private returns (uint256 frozen) {
        uint256[] memory market = vm.readFile("contracts/test/data/steth-2022.json").readUintArray(".market");
        assertEq(market.length, 123);
        for (uint256 day; day < market.length; ++day) {
            uint256 price = market[day] * 1e9;
            registry.set(lst, WAD, price);
            for (uint256 i; i < 4; ++i) {
                _report();
                if (vault.isFrozen()) ++frozen;
            }
            if (day == saleDay) _sell(300e18, 300e18 * price / WAD, false);
        }
    }

    function _expect(string memory name, uint256 expected, uint256 loss) private {
        uint256 counted = loss * WAD / SUPPLY;
        emit log(string.concat("scenario ", name, ": expected ", _percent(expected), ", counted ", _percent(counted)));
        assertApproxEqAbs(counted, expected, expected == 0 ? 0 : TOLERANCE, name);
    }

    /// @dev Four decimals, rounded to the nearest.
    function _percent(uint256 part) private pure returns (string memory) {
        uint256 units = (part + 0.5e12) / 1e12;
        string memory decimals = Strings.toString(10_000 + units % 10_000);
        return string.concat(Strings.toString(units / 10_000), ".", _tail(decimals), "%");
    }

    function _tail(string memory text) private pure returns (string memory) {
        bytes memory tail = new bytes(4);
        for (uint256 i; i < 4; ++i) {
            tail[i] = bytes(text)[i + 1];
        }
        return string(tail);
    }
}
