// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {DutchAuction} from "../../src/auction/DutchAuction.sol";
import {ISignals} from "../../src/autopilot/ISignals.sol";
import {Limits} from "../../src/autopilot/Limits.sol";
import {RebalanceGate} from "../../src/autopilot/RebalanceGate.sol";
import {Signals} from "../../src/autopilot/Signals.sol";
import {SolverExecutor} from "../../src/autopilot/SolverExecutor.sol";
import {BackingPool} from "../../src/backing/BackingPool.sol";
import {FeeSplitter} from "../../src/backing/FeeSplitter.sol";
import {Recovery} from "../../src/backing/Recovery.sol";
import {IDestination} from "../../src/destinations/IDestination.sol";
import {Blueprint} from "../../src/factory/Blueprint.sol";
import {LmpFactory} from "../../src/factory/LmpFactory.sol";
import {LmpParams} from "../../src/lmp/ILMP.sol";
import {LMP} from "../../src/lmp/LMP.sol";
import {LmpConfigurator} from "../../src/lmp/LmpConfigurator.sol";
import {LmpLens} from "../../src/lmp/LmpLens.sol";
import {LossLedger} from "../../src/loss/LossLedger.sol";
import {LossOracle} from "../../src/loss/LossOracle.sol";
import {LossPrices} from "../../src/pricing/LossPrices.sol";
import {PriceRegistry} from "../../src/pricing/PriceRegistry.sol";
import {CycleManager} from "../../src/reactors/CycleManager.sol";
import {Reactor} from "../../src/reactors/Reactor.sol";
import {IUniswapV2Pair, UniswapV2Venue} from "../../src/reactors/UniswapV2Venue.sol";
import {Reserve} from "../../src/reserve/Reserve.sol";
import {LmpRouter} from "../../src/router/LmpRouter.sol";
import {TOKE} from "../../src/token/TOKE.sol";
import {BackingDeployer} from "./BackingDeployer.sol";
import {Create2} from "./Create2.sol";
import {DeployConfig, DestinationConfig, LmpConfig, PositionConfig, ReactorConfig} from "./DeployConfig.sol";
import {DestinationDeployer} from "./DestinationDeployer.sol";
import {Handover} from "./Handover.sol";
import {LimitsDeployer} from "./LimitsDeployer.sol";
import {Pricing, PricingDeployer} from "./PricingDeployer.sol";
import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {IERC20, SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

struct Deployment {
    AccessManager accessManager;
    TOKE toke;
    /// @dev Of WETH, in which reactors and backed LMPs count.
    PriceRegistry priceRegistry;
    LossPrices lossPrices;
    LossLedger lossLedger;
    Recovery recovery;
    LossOracle lossOracle;
    Signals signals;
    Limits limits;
    RebalanceGate rebalanceGate;
    SolverExecutor solverExecutor;
    CycleManager cycleManager;
    Reserve reserve;
    DutchAuction auction;
    LmpConfigurator configurator;
    LmpFactory factory;
    LmpRouter router;
    LmpLens lens;
    LMP[] lmps;
    /// @dev Per LMP, of its asset.
    PriceRegistry[] priceRegistries;
    LossPrices[] lossPricesOf;
    LossLedger[] lossLedgers;
    /// @dev Per LMP.
    IDestination[][] destinations;
    /// @dev Per LMP, zero where nobody backs it; so are the splitters of its fees.
    BackingPool[] pools;
    FeeSplitter[] performanceSplitters;
    FeeSplitter[] managementSplitters;
    Reactor[] reactors;
    UniswapV2Venue[] adapters;
}

interface IWrappedEther {
    function deposit() external payable;
}

/// @title Deployment of the whole protocol from a config
/// @notice One home for the deploy script and the tests. Every step looks before it acts, so an interrupted run is simply
/// started again; after the handover a run changes nothing.
library Deployer {
    using SafeERC20 for IERC20;

    /// @notice Days a rebalance may count its gain over.
    uint256 internal constant HORIZON = 30 days;

    error UnknownVenue(string venue);

    /// @notice Deploys, configures and hands over. The caller is `deployer` and pays the seeds of the LMPs: in ETH where the asset is
    /// WETH, else from what he holds of the asset.
    function deployAll(DeployConfig memory config, address deployer) internal returns (Deployment memory d) {
        BackingDeployer.requireSane(config);
        PricingDeployer.requireSane(config);
        for (uint256 i; i < config.lmps.length; ++i) {
            LimitsDeployer.requireSane(config.lmps[i]);
        }
        d = contracts(config, deployer);
        PricingDeployer.setPrices(config, d);
        for (uint256 i; i < config.lmps.length; ++i) {
            listDestinations(config, d, i);
        }
        listReactors(config, d);
        (bool isAdmin,) = d.accessManager.hasRole(d.accessManager.ADMIN_ROLE(), deployer);
        if (!isAdmin) return d;
        for (uint256 i; i < config.lmps.length; ++i) {
            LimitsDeployer.wire(config.lmps[i], d, i);
            BackingDeployer.wire(config.lmps[i], d, i);
            DestinationDeployer.listRewards(config.lmps[i], d, i);
        }
        Handover.run(d, config.governance, deployer);
    }

    /// @notice Where the deployer's AccessManager is, or will be: the first contract of a deployment.
    function accessManagerOf(address deployer) internal pure returns (address) {
        return Create2.addressOf(bytes.concat(type(AccessManager).creationCode, abi.encode(deployer)));
    }

    function contracts(DeployConfig memory config, address deployer) internal returns (Deployment memory d) {
        d.accessManager = AccessManager(_create(type(AccessManager).creationCode, abi.encode(deployer)));
        address authority = address(d.accessManager);
        d.toke = TOKE(_create(type(TOKE).creationCode, abi.encode(config.governance.treasury)));
        _lossContracts(config, d);
        d.signals = Signals(_create(type(Signals).creationCode, ""));
        d.limits = Limits(_create(type(Limits).creationCode, abi.encode(authority, d.signals)));
        d.rebalanceGate =
            RebalanceGate(_create(type(RebalanceGate).creationCode, abi.encode(d.signals, d.limits, HORIZON)));
        d.solverExecutor = SolverExecutor(_create(type(SolverExecutor).creationCode, abi.encode(config.solver)));
        d.cycleManager = CycleManager(
            _create(
                type(CycleManager).creationCode,
                abi.encode(authority, d.priceRegistry, config.cycle.length, config.cycle.firstEnd)
            )
        );
        d.reserve = Reserve(address(d.cycleManager.reserve()));
        d.auction = DutchAuction(_create(type(DutchAuction).creationCode, abi.encode(authority)));
        d.configurator = LmpConfigurator(_create(type(LmpConfigurator).creationCode, abi.encode(authority)));
        (address head, address tail) = _blueprints(type(LMP).creationCode);
        d.factory =
            LmpFactory(_create(type(LmpFactory).creationCode, abi.encode(authority, d.configurator, head, tail)));
        d.router = LmpRouter(payable(_create(type(LmpRouter).creationCode, abi.encode(d.factory, config.weth))));
        d.lens = LmpLens(_create(type(LmpLens).creationCode, ""));

        uint256 count = config.lmps.length;
        d.lmps = new LMP[](count);
        d.priceRegistries = new PriceRegistry[](count);
        d.lossPricesOf = new LossPrices[](count);
        d.lossLedgers = new LossLedger[](count);
        d.destinations = new IDestination[][](count);
        d.pools = new BackingPool[](count);
        (d.performanceSplitters, d.managementSplitters) = (new FeeSplitter[](count), new FeeSplitter[](count));
        for (uint256 i; i < count; ++i) {
            _price(config.lmps[i].asset, i, d);
            d.lmps[i] = _lmp(config, i, d, deployer);
            BackingDeployer.deploy(config.lmps[i], d, i);
        }
        d.reactors = new Reactor[](config.reactors.length);
        for (uint256 i; i < config.reactors.length; ++i) {
            ReactorConfig memory r = config.reactors[i];
            d.reactors[i] =
                Reactor(_create(type(Reactor).creationCode, abi.encode(r.asset, d.cycleManager, r.name, r.symbol)));
        }
        d.adapters = new UniswapV2Venue[](config.positions.length);
        for (uint256 i; i < config.positions.length; ++i) {
            d.adapters[i] = _adapter(config, config.positions[i], d);
        }
    }

    function listDestinations(DeployConfig memory config, Deployment memory d, uint256 lmpId) internal {
        DestinationConfig[] memory list = config.lmps[lmpId].destinations;
        d.destinations[lmpId] = new IDestination[](list.length);
        uint256 listed = d.lmps[lmpId].destinations().length;
        for (uint256 i; i < list.length; ++i) {
            d.destinations[lmpId][i] = DestinationDeployer.deploy(list[i], d, lmpId, i);
            if (i >= listed) d.configurator.addDestination(d.lmps[lmpId], address(d.destinations[lmpId][i]));
        }
    }

    function listReactors(DeployConfig memory config, Deployment memory d) internal {
        for (uint256 i = d.cycleManager.reactorCount(); i < config.reactors.length; ++i) {
            ReactorConfig memory r = config.reactors[i];
            d.cycleManager.addReactor(address(d.reactors[i]), r.isPair, r.maxLpShare);
        }
        for (uint256 i = d.cycleManager.positionCount(); i < config.positions.length; ++i) {
            PositionConfig memory p = config.positions[i];
            d.cycleManager.addPosition(address(d.adapters[i]), p.tokenReactor, p.pairReactor, p.multiple);
        }
    }

    function _lossContracts(DeployConfig memory config, Deployment memory d) private {
        address authority = address(d.accessManager);
        Pricing memory pricing = PricingDeployer.deploy(authority, config.weth);
        (d.priceRegistry, d.lossPrices, d.lossLedger) = (pricing.registry, pricing.lossPrices, pricing.lossLedger);
        d.recovery = Recovery(_create(type(Recovery).creationCode, abi.encode(authority, d.lossLedger, d.toke)));
        d.lossOracle = LossOracle(
            _create(
                type(LossOracle).creationCode,
                abi.encode(authority, d.lossLedger, d.recovery, config.lossOracle.reporters, config.lossOracle.quorum)
            )
        );
    }

    function _price(address asset, uint256 lmpId, Deployment memory d) private {
        Pricing memory pricing = PricingDeployer.deploy(address(d.accessManager), asset);
        d.priceRegistries[lmpId] = pricing.registry;
        d.lossPricesOf[lmpId] = pricing.lossPrices;
        d.lossLedgers[lmpId] = pricing.lossLedger;
    }

    /// @dev The second is zero where one blueprint holds the creation code.
    function _blueprints(bytes memory code) private returns (address head, address tail) {
        (bytes memory first, bytes memory second) = Blueprint.deployersOf(code);
        head = _create(first, "");
        if (second.length != 0) tail = _create(second, "");
    }

    /// @dev The first recipient of fees; where it is backed, wiring names the splitter, which needs the LMP's address.
    function _lmp(DeployConfig memory config, uint256 lmpId, Deployment memory d, address deployer)
        private
        returns (LMP)
    {
        LmpConfig memory c = config.lmps[lmpId];
        LmpParams memory params = LmpParams({
            asset: c.asset,
            name: c.name,
            symbol: c.symbol,
            configurator: address(d.configurator),
            gate: address(d.rebalanceGate),
            lossLedger: address(d.lossLedgers[lmpId]),
            feeBps: c.feeBps,
            feeRecipient: c.feeRecipient,
            cap: c.cap
        });
        address lmp = d.factory.addressOf(params, Create2.SALT);
        if (d.factory.isLmp(lmp)) return LMP(lmp);
        uint256 seed = d.factory.seedOf(c.asset);
        uint256 held = IERC20(c.asset).balanceOf(deployer);
        if (c.asset == config.weth && held < seed) IWrappedEther(c.asset).deposit{value: seed - held}();
        IERC20(c.asset).forceApprove(address(d.factory), seed);
        return LMP(d.factory.create(params, Create2.SALT));
    }

    function _adapter(DeployConfig memory config, PositionConfig memory p, Deployment memory d)
        private
        returns (UniswapV2Venue)
    {
        require(keccak256(bytes(p.venue)) == keccak256("uniswap-v2"), UnknownVenue(p.venue));
        return UniswapV2Venue(
            _create(
                type(UniswapV2Venue).creationCode,
                abi.encode(d.cycleManager, IUniswapV2Pair(p.pool), config.reactors[p.tokenReactor].asset)
            )
        );
    }

    function _create(bytes memory code, bytes memory arguments) private returns (address deployed) {
        (deployed,) = Create2.deploy(bytes.concat(code, arguments));
    }
}
