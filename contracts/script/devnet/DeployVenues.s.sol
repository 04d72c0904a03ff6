// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {UsdVenueSet, UsdVenues} from "../../test/venues/UsdVenues.sol";
import {VenueConfig, VenueSet, Venues} from "../../test/venues/Venues.sol";
import {Script} from "forge-std/Script.sol";

/// @notice Deploys the venues of the devnet (real bytecode, see contracts/test/venues) and writes their addresses to
/// `OUT`. Actors by environment: ISSUER, ORACLE, DISTRIBUTOR.
contract DeployVenues is Script {
    function run() external {
        VenueConfig memory config = Venues.defaults(msg.sender);
        config.issuer = vm.envAddress("ISSUER");
        config.oracle = vm.envAddress("ORACLE");
        config.distributor = vm.envAddress("DISTRIBUTOR");

        vm.startBroadcast();
        VenueSet memory set = Venues.deploy(config);
        UsdVenueSet memory usd = UsdVenues.deploy(config, set);
        vm.stopBroadcast();

        write(set, writeUsd(usd));
    }

    function writeUsd(UsdVenueSet memory set) private returns (string memory) {
        string memory out = "usd";
        vm.serializeAddress(out, "usdc", address(set.usdc));
        vm.serializeAddress(out, "usdt", address(set.usdt));
        vm.serializeAddress(out, "dai", address(set.dai));
        vm.serializeAddress(out, "susd", address(set.susd));
        vm.serializeAddress(out, "stablePool", address(set.stablePool));
        vm.serializeAddress(out, "gauge", address(set.gauge));
        vm.serializeAddress(out, "curvePool", address(set.curve.pool));
        vm.serializeAddress(out, "curveToken", address(set.curve.lpToken));
        vm.serializeAddress(out, "usdcFeed", address(set.usdcFeed));
        vm.serializeAddress(out, "usdtFeed", address(set.usdtFeed));
        vm.serializeAddress(out, "daiFeed", address(set.daiFeed));
        vm.serializeAddress(out, "susdFeed", address(set.susdFeed));
        vm.serializeAddress(out, "rewardFeed", address(set.rewardFeed));
        vm.serializeAddress(out, "crv", address(set.gauges.crv));
        vm.serializeAddress(out, "crvController", address(set.gauges.controller));
        vm.serializeAddress(out, "curveGauge", address(set.curveGauge));
        vm.serializeAddress(out, "crvFeed", address(set.crvFeed));
        return vm.serializeAddress(out, "usdcEthFeed", address(set.usdcEthFeed));
    }

    function write(VenueSet memory set, string memory usd) private {
        string memory out = "venues";
        vm.serializeString(out, "usd", usd);
        vm.serializeAddress(out, "weth", address(set.weth));
        vm.serializeAddress(out, "abc", address(set.abc));
        vm.serializeAddress(out, "rewardToken", address(set.rewardToken));
        vm.serializeAddress(out, "balancerVault", address(set.balancer.vault));
        vm.serializeAddress(out, "stablePool", address(set.stablePool));
        vm.serializeAddress(out, "gauge", address(set.gauge));
        vm.serializeAddress(out, "curvePool", address(set.curve.pool));
        vm.serializeAddress(out, "curveToken", address(set.curve.lpToken));
        vm.serializeAddress(out, "uniswapRouter", address(set.uniswap.router));
        vm.serializeAddress(out, "pair", address(set.pair));
        vm.serializeAddress(out, "abcFeed", address(set.abcFeed));
        vm.serializeAddress(out, "rewardFeed", address(set.rewardFeed));
        address[] memory lsts = new address[](3);
        address[] memory feeds = new address[](3);
        for (uint256 i; i < 3; ++i) {
            (lsts[i], feeds[i]) = (address(set.lst[i]), address(set.lstFeed[i]));
        }
        vm.serializeAddress(out, "lsts", lsts);
        vm.writeJson(vm.serializeAddress(out, "lstFeeds", feeds), vm.envString("OUT"));
    }
}
