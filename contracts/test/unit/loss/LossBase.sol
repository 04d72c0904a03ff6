// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {Test} from "forge-std/Test.sol";

import {Roles} from "../../../src/governance/Roles.sol";
import {Leg} from "../../../src/lmp/ILMP.sol";
import {ILossLedger} from "../../../src/loss/ILossLedger.sol";
import {LossLedger} from "../../../src/loss/LossLedger.sol";
import {IPriceRegistry} from "../../../src/pricing/IPriceRegistry.sol";
import {LossPrices} from "../../../src/pricing/LossPrices.sol";
import {LossDestinationMock} from "../../mocks/loss/LossDestinationMock.sol";
import {LossVaultMock} from "../../mocks/loss/LossVaultMock.sol";
import {PricesMock} from "../../mocks/loss/PricesMock.sol";

/// @notice A vault of 1,000 shares: 400 idle, 600 in a destination that holds an LST at rate and market 1. `this` holds Roles.LOSS.
abstract contract LossBase is Test {
    uint256 internal constant WAD = 1e18;
    uint256 internal constant SUPPLY = 1000e18;
    /// @dev A midnight.
    uint256 internal constant START = 19_700 days;

    AccessManager internal authority;
    PricesMock internal registry;
    LossPrices internal prices;
    LossLedger internal ledger;
    LossVaultMock internal vault;
    LossDestinationMock internal destination;
    address internal immutable weth = makeAddr("weth");
    address internal immutable lst = makeAddr("lst");
    address internal immutable stranger = makeAddr("stranger");

    function setUp() public virtual {
        vm.warp(START);
        authority = new AccessManager(address(this));
        registry = new PricesMock(weth);
        prices = new LossPrices(IPriceRegistry(address(registry)));
        ledger = new LossLedger(address(authority), prices);
        bytes4[] memory decisions = new bytes4[](3);
        (decisions[0], decisions[1]) = (ledger.execute.selector, ledger.reject.selector);
        decisions[2] = ledger.reduceCover.selector;
        authority.setTargetFunctionRole(address(ledger), decisions, Roles.LOSS);
        authority.grantRole(Roles.LOSS, address(this), 0);

        registry.set(lst, WAD, WAD);
        vault = new LossVaultMock(ledger);
        destination = _destination(lst);
        vault.set(400e18, 0, SUPPLY);
        vault.setUnits(address(destination), 600e18);
    }

    function _destination(address leg) internal returns (LossDestinationMock) {
        address[] memory legs = new address[](1);
        legs[0] = leg;
        return new LossDestinationMock(legs);
    }

    /// @dev Two checkpoints: the mark is what they confirm.
    function _confirmMark() internal {
        vault.report();
        _next(6 hours);
    }

    function _next(uint256 seconds_) internal {
        skip(seconds_);
        vault.report();
    }

    function _reports(uint256 count, uint256 every) internal {
        for (uint256 i; i < count; ++i) {
            _next(every);
        }
    }

    function _loss() internal view returns (uint256 loss) {
        (loss,,) = ledger.measure(address(vault));
    }

    function _state() internal view returns (ILossLedger.State memory) {
        return ledger.state(address(vault));
    }

    function _last() internal view returns (ILossLedger.Checkpoint memory) {
        return ledger.checkpointAt(address(vault), _state().count - 1);
    }

    function _sell(uint256 units, uint256 assets, bool closing) internal {
        vault.move(_leg(address(destination), units), _leg(address(0), assets), closing, vault.locked(), 0);
    }

    function _buy(uint256 assets, uint256 units) internal {
        vault.move(_leg(address(0), assets), _leg(address(destination), units), false, vault.locked(), 0);
    }

    function _leg(address where, uint256 units) internal pure returns (Leg[] memory legs) {
        legs = new Leg[](1);
        legs[0] = Leg(where, units);
    }
}
