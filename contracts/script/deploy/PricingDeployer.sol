// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {LossLedger} from "../../src/loss/LossLedger.sol";
import {IPriceRegistry} from "../../src/pricing/IPriceRegistry.sol";
import {LossPrices} from "../../src/pricing/LossPrices.sol";
import {PriceRegistry} from "../../src/pricing/PriceRegistry.sol";
import {RatioFeed} from "../../src/pricing/RatioFeed.sol";
import {Create2} from "./Create2.sol";
import {DeployConfig, PriceConfig} from "./DeployConfig.sol";
import {Deployment} from "./Deployer.sol";

/// @notice What prices and measures the vaults of one asset.
struct Pricing {
    PriceRegistry registry;
    LossPrices lossPrices;
    LossLedger lossLedger;
}

/// @notice Prices per asset that vaults count in: a registry, what losses are measured at, and the ledger of losses.
library PricingDeployer {
    /// @dev `prices[].quote` must be WETH or the asset of an LMP.
    error UnknownQuote(address quote);

    function requireSane(DeployConfig memory config) internal pure {
        for (uint256 i; i < config.prices.length; ++i) {
            address quote = config.prices[i].quote;
            bool found = quote == config.weth;
            for (uint256 k; k < config.lmps.length; ++k) {
                if (config.lmps[k].asset == quote) found = true;
            }
            require(found, UnknownQuote(quote));
        }
    }

    /// @notice The same one for the same asset.
    function deploy(address authority, address asset) internal returns (Pricing memory p) {
        p.registry = PriceRegistry(_create(type(PriceRegistry).creationCode, abi.encode(authority, asset)));
        p.lossPrices = LossPrices(_create(type(LossPrices).creationCode, abi.encode(p.registry)));
        p.lossLedger = LossLedger(_create(type(LossLedger).creationCode, abi.encode(authority, p.lossPrices)));
    }

    /// @notice Sets what is not set yet.
    function setPrices(DeployConfig memory config, Deployment memory d) internal {
        for (uint256 i; i < config.prices.length; ++i) {
            PriceConfig memory p = config.prices[i];
            PriceRegistry registry = _registryOf(config, d, p.quote);
            address feed = p.quoteFeed == address(0)
                ? p.feed
                : _create(type(RatioFeed).creationCode, abi.encode(p.feed, p.quoteFeed));
            IPriceRegistry.Source memory set = registry.source(p.token);
            if (set.feed == feed && set.maxAge == p.maxAge && set.issuer == p.issuer) continue;
            registry.setSource(p.token, feed, p.maxAge, p.issuer);
        }
    }

    /// @notice Whether an LMP before this one has the same pricing, or WETH's, which the deployment lists by itself.
    function isListedBefore(Deployment memory d, uint256 lmpId) internal pure returns (bool) {
        PriceRegistry registry = d.priceRegistries[lmpId];
        if (registry == d.priceRegistry) return true;
        for (uint256 i; i < lmpId; ++i) {
            if (d.priceRegistries[i] == registry) return true;
        }
        return false;
    }

    function _registryOf(DeployConfig memory config, Deployment memory d, address quote)
        private
        pure
        returns (PriceRegistry)
    {
        if (quote == config.weth) return d.priceRegistry;
        for (uint256 i; i < config.lmps.length; ++i) {
            if (config.lmps[i].asset == quote) return d.priceRegistries[i];
        }
        revert UnknownQuote(quote);
    }

    function _create(bytes memory code, bytes memory arguments) private returns (address deployed) {
        (deployed,) = Create2.deploy(bytes.concat(code, arguments));
    }
}
