// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {BackingPool} from "../../src/backing/BackingPool.sol";
import {FeeSplitter} from "../../src/backing/FeeSplitter.sol";
import {IBackingPool} from "../../src/backing/IBackingPool.sol";
import {LMP} from "../../src/lmp/LMP.sol";
import {Create2} from "./Create2.sol";
import {BackingConfig, DeployConfig, LmpConfig} from "./DeployConfig.sol";
import {Deployment} from "./Deployer.sol";

/// @notice The pools that back LMPs: what is deployed per backed LMP and how its fees find the backers.
library BackingDeployer {
    /// @notice Shortest delay of what raises the risk of a backed LMP: backers see it coming, though their exit takes longer.
    uint256 internal constant MIN_DELAY = 7 days;
    uint256 private constant ALL_BPS = 10_000;

    error UnknownBackingMode(string mode);
    /// @dev governance.governorDelay and governance.curatorDelay must be at least `least` seconds where an LMP is backed.
    error BackedDelayTooShort(uint256 delay, uint256 least);
    /// @dev Reporters watch the ledger of WETH alone.
    error BackingNeedsWeth(address asset);

    function isBacked(BackingConfig memory config) internal pure returns (bool) {
        return bytes(config.mode).length != 0;
    }

    /// @notice Reverts `BackingNeedsWeth` when an LMP of another asset is backed, `BackedDelayTooShort` when an LMP is backed and one of
    /// the delayed roles could surprise its backers.
    function requireSane(DeployConfig memory config) internal pure {
        for (uint256 i; i < config.lmps.length; ++i) {
            if (!isBacked(config.lmps[i].backing)) continue;
            require(config.lmps[i].asset == config.weth, BackingNeedsWeth(config.lmps[i].asset));
            (uint256 governor, uint256 curator) = (config.governance.governorDelay, config.governance.curatorDelay);
            uint256 shorter = governor < curator ? governor : curator;
            require(shorter >= MIN_DELAY, BackedDelayTooShort(shorter, MIN_DELAY));
        }
    }

    function deploy(LmpConfig memory config, Deployment memory d, uint256 lmpId) internal {
        if (!isBacked(config.backing)) return;
        LMP lmp = d.lmps[lmpId];
        BackingPool pool = BackingPool(
            _create(type(BackingPool).creationCode, abi.encode(d.accessManager, d.toke, lmp, _mode(config.backing)))
        );
        d.pools[lmpId] = pool;
        d.performanceSplitters[lmpId] = _splitter(lmp, pool, config.feeRecipient, config.backing.backersBps);
        d.managementSplitters[lmpId] = _splitter(lmp, pool, config.feeRecipient, ALL_BPS);
    }

    /// @notice Fees to the splitters, losses to the pool. Looks before it acts.
    function wire(LmpConfig memory config, Deployment memory d, uint256 lmpId) internal {
        if (!isBacked(config.backing)) return;
        LMP lmp = d.lmps[lmpId];
        address performance = address(d.performanceSplitters[lmpId]);
        if (lmp.feeRecipient() != performance) d.configurator.setFee(lmp, config.feeBps, performance);
        address management = address(d.managementSplitters[lmpId]);
        uint256 bps = config.backing.managementFeeBps;
        if (lmp.managementFeeRecipient() != management || lmp.managementFeeBps() != bps) {
            d.configurator.setManagementFee(lmp, bps, management);
        }
        address pool = address(d.pools[lmpId]);
        if (d.lossOracle.backingOf(address(lmp)) != pool) d.lossOracle.setBacking(address(lmp), pool);
    }

    function _mode(BackingConfig memory config) private pure returns (IBackingPool.Mode) {
        bytes32 mode = keccak256(bytes(config.mode));
        if (mode == keccak256("slashing")) return IBackingPool.Mode.Slashing;
        if (mode == keccak256("no-slashing")) return IBackingPool.Mode.NoSlashing;
        revert UnknownBackingMode(config.mode);
    }

    function _splitter(LMP lmp, BackingPool pool, address protocolRecipient, uint256 backersBps)
        private
        returns (FeeSplitter)
    {
        return FeeSplitter(
            _create(type(FeeSplitter).creationCode, abi.encode(lmp, pool, protocolRecipient, backersBps))
        );
    }

    function _create(bytes memory code, bytes memory arguments) private returns (address deployed) {
        (deployed,) = Create2.deploy(bytes.concat(code, arguments));
    }
}
