// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {IDutchAuction} from "../../../src/auction/IDutchAuction.sol";
import {BackingPool} from "../../../src/backing/BackingPool.sol";
import {IBackingPool} from "../../../src/backing/IBackingPool.sol";
import {IRecovery} from "../../../src/backing/IRecovery.sol";
import {Recovery} from "../../../src/backing/Recovery.sol";
import {BalancerStableDestination} from "../../../src/destinations/BalancerStableDestination.sol";
import {IBalancerVault} from "../../../src/destinations/interfaces/IBalancerV2.sol";
import {Roles} from "../../../src/governance/Roles.sol";
import {Leg, LmpParams} from "../../../src/lmp/ILMP.sol";
import {LMP} from "../../../src/lmp/LMP.sol";
import {ILossLedger} from "../../../src/loss/ILossLedger.sol";
import {ILossOracle} from "../../../src/loss/ILossOracle.sol";
import {LossLedger} from "../../../src/loss/LossLedger.sol";
import {LossOracle} from "../../../src/loss/LossOracle.sol";
import {LossPrices} from "../../../src/pricing/LossPrices.sol";
import {TOKE} from "../../../src/token/TOKE.sol";
import {GateMock} from "../../mocks/lmp/GateMock.sol";
import {Venues} from "../../venues/Venues.sol";
import {DestinationTest} from "../destinations/DestinationTest.sol";
import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";

/// @notice A backed WETH vault, 400 WETH of which 320 in a Balancer pool WETH/LST: 40% of it are LST. All is real but the gate, which
/// passes everything: who let the vault into the pool is not what is tested. The vault is reported every few hours.
abstract contract EndToEndBase is DestinationTest {
    uint256 internal constant DEPOSIT = 400e18;
    uint256 internal constant IN_POOL = 320e18;
    uint256 internal constant TOKE_STAKED = 1_000_000e18;
    uint256 internal constant FELL_TO = 0.95e18;

    AccessManager internal access;
    TOKE internal toke;
    LMP internal lmp;
    BalancerStableDestination internal destination;
    LossLedger internal ledger;
    LossOracle internal oracle;
    Recovery internal recovery;
    BackingPool internal pool;
    uint256[3] internal keys;
    uint256 internal rate = 1e18;

    address internal immutable alice = makeAddr("alice");
    address internal immutable bob = makeAddr("bob");
    address internal immutable carol = makeAddr("carol");
    address internal immutable stranger = makeAddr("stranger");

    function setUp() public virtual {
        _setUpVenues(Venues.defaults(address(this)));
        access = new AccessManager(address(this));
        toke = new TOKE(address(this));
        ledger = new LossLedger(address(access), new LossPrices(prices));
        lmp = new LMP(
            LmpParams({
                asset: address(weth),
                name: "Headrace WETH",
                symbol: "hWETH",
                configurator: address(this),
                gate: address(new GateMock()),
                lossLedger: address(ledger),
                feeBps: 1000,
                feeRecipient: makeAddr("fees"),
                cap: 10_000e18
            })
        );
        recovery = new Recovery(address(access), ledger, address(toke));
        oracle = new LossOracle(address(access), ledger, recovery, _reporters(), 2);
        pool = new BackingPool(address(access), address(toke), address(lmp), IBackingPool.Mode.Slashing);
        oracle.setBacking(address(lmp), address(pool));
        _grantLoss();
        _fill();
        _stake(alice, TOKE_STAKED * 6 / 10);
        _stake(bob, TOKE_STAKED * 3 / 10);
        _stake(carol, TOKE_STAKED / 10);
    }

    function _reporters() private returns (address[] memory reporters) {
        reporters = new address[](3);
        for (uint256 i; i < 3; ++i) {
            (reporters[i], keys[i]) = makeAddrAndKey(string.concat("reporter", vm.toString(i)));
        }
        for (uint256 i; i < 3; ++i) {
            for (uint256 j = i + 1; j < 3; ++j) {
                if (reporters[j] > reporters[i]) continue;
                (reporters[i], reporters[j], keys[i], keys[j]) = (reporters[j], reporters[i], keys[j], keys[i]);
            }
        }
    }

    /// @dev As deployed: what decides losses is held by the two contracts alone.
    function _grantLoss() private {
        bytes4[] memory selectors = new bytes4[](3);
        selectors[0] = ILossLedger.execute.selector;
        selectors[1] = ILossLedger.reject.selector;
        selectors[2] = ILossLedger.reduceCover.selector;
        access.setTargetFunctionRole(address(ledger), selectors, Roles.LOSS);
        selectors = new bytes4[](1);
        selectors[0] = IBackingPool.slash.selector;
        access.setTargetFunctionRole(address(pool), selectors, Roles.LOSS);
        selectors[0] = IRecovery.open.selector;
        access.setTargetFunctionRole(address(recovery), selectors, Roles.LOSS);
        access.grantRole(Roles.LOSS, address(oracle), 0);
        access.grantRole(Roles.LOSS, address(recovery), 0);
    }

    /// @dev The test is depositor and solver: it sells the vault units for what they are worth.
    function _fill() private {
        destination = BalancerStableDestination(
            Clones.clone(
                address(
                    new BalancerStableDestination(
                        prices,
                        TOLERANCE,
                        IDutchAuction(makeAddr("auction")),
                        IBalancerVault(address(set.balancer.vault))
                    )
                )
            )
        );
        destination.initialize(address(lmp), address(set.stablePool), address(set.gauge), new address[](0));
        lmp.addDestination(address(destination));
        lmp.report();
        weth.approve(address(lmp), type(uint256).max);
        lmp.deposit(DEPOSIT, address(this));

        set.stablePool.approve(address(destination), type(uint256).max);
        (uint256 worth,,,) = destination.value(1e18);
        uint256 units = IN_POOL * 1e18 / worth;
        destination.wrap(units, address(this));
        destination.approve(address(lmp), units);
        lmp.rebalance(_legs(address(0), IN_POOL), _legs(address(destination), units), "");
    }

    function onRebalance(Leg[] calldata, Leg[] calldata, bytes calldata) external {}

    function _legs(address destination_, uint256 units) private pure returns (Leg[] memory legs) {
        legs = new Leg[](1);
        legs[0] = Leg(destination_, units);
    }

    function _stake(address account, uint256 amount) internal returns (uint256 shares) {
        toke.transfer(account, amount);
        vm.startPrank(account);
        toke.approve(address(pool), amount);
        shares = pool.stake(amount);
        vm.stopPrank();
    }

    /* TIME */

    /// @dev The issuer's rate; feed and pool follow it.
    function _setRate(uint256 rate_) internal {
        rate = rate_;
        set.lst[0].setRate(rate_);
        set.stablePool.updateTokenRateCache(address(set.lst[0]));
        _answer(0, rate_);
    }

    /// @dev `count` times: `hours_` pass, the feed answers, the vault is reported.
    function _reports(uint256 count, uint256 hours_) internal {
        for (uint256 i; i < count; ++i) {
            skip(hours_ * 1 hours);
            _answer(0, rate);
            lmp.report();
        }
    }

    /* CASES */

    function _signatures(ILossOracle.LossReport memory report) internal view returns (bytes[] memory signatures) {
        signatures = new bytes[](2);
        bytes32 digest = oracle.hashReport(report);
        for (uint256 i; i < 2; ++i) {
            // The first and the last of the three.
            (uint8 v, bytes32 r, bytes32 s) = vm.sign(keys[2 * i], digest);
            signatures[i] = abi.encodePacked(r, s, v);
        }
    }

    function _submit() internal returns (ILossOracle.LossReport memory report) {
        report = oracle.currentReport(address(lmp));
        bytes[] memory signatures = _signatures(report);
        vm.prank(stranger);
        oracle.submit(report, signatures);
    }
}
