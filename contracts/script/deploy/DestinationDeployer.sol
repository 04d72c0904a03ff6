// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {BalancerStableDestination} from "../../src/destinations/BalancerStableDestination.sol";
import {CurveStableDestination} from "../../src/destinations/CurveStableDestination.sol";
import {Destination} from "../../src/destinations/Destination.sol";
import {IDestination} from "../../src/destinations/IDestination.sol";
import {Create2} from "./Create2.sol";
import {DestinationConfig, LmpConfig} from "./DeployConfig.sol";
import {Deployment} from "./Deployer.sol";

/// @notice Destinations of an LMP, one minimal clone each, and the auction of their rewards.
library DestinationDeployer {
    /// @notice Band around the safe price in which a pool's own price counts as sane.
    uint256 internal constant TOLERANCE = 0.005e18;

    error UnknownVenue(string venue);
    error InitializedByOther(address destination);

    /// @dev Another account may initialise the clone between the two transactions, hence the look after.
    function deploy(DestinationConfig memory config, Deployment memory d, uint256 lmpId, uint256 index)
        internal
        returns (IDestination)
    {
        address lmp = address(d.lmps[lmpId]);
        bytes32 venue = keccak256(bytes(config.venue));
        Destination clone;
        if (venue == keccak256("balancer-v2-stable")) clone = _balancer(config, d, lmpId, index);
        else if (venue == keccak256("curve-stableswap")) clone = _curve(config, d, lmpId, index);
        else revert UnknownVenue(config.venue);
        require(
            clone.vault() == lmp && clone.pool() == config.pool && clone.gauge() == config.gauge
                && keccak256(abi.encode(clone.rewards())) == keccak256(abi.encode(config.rewards)),
            InitializedByOther(address(clone))
        );
        return clone;
    }

    /// @notice Lets the auction sell the rewards, at the registry's prices. The caller is admin.
    function listRewards(LmpConfig memory config, Deployment memory d, uint256 lmpId) internal {
        address lmp = address(d.lmps[lmpId]);
        for (uint256 i; i < config.destinations.length; ++i) {
            address[] memory rewards = config.destinations[i].rewards;
            for (uint256 j; j < rewards.length; ++j) {
                if (d.auction.listing(lmp, rewards[j]).listed) continue;
                d.auction.list(lmp, rewards[j], address(d.priceRegistries[lmpId]), 0);
            }
        }
    }

    function _balancer(DestinationConfig memory config, Deployment memory d, uint256 lmpId, uint256 index)
        private
        returns (BalancerStableDestination clone)
    {
        address lmp = address(d.lmps[lmpId]);
        bytes memory arguments = abi.encode(d.priceRegistries[lmpId], TOLERANCE, d.auction, config.balancerVault);
        clone = BalancerStableDestination(_clone(type(BalancerStableDestination).creationCode, arguments, lmp, index));
        if (clone.vault() == address(0)) clone.initialize(lmp, config.pool, config.gauge, config.rewards);
    }

    function _curve(DestinationConfig memory config, Deployment memory d, uint256 lmpId, uint256 index)
        private
        returns (CurveStableDestination clone)
    {
        address lmp = address(d.lmps[lmpId]);
        bytes memory arguments = abi.encode(d.priceRegistries[lmpId], TOLERANCE, d.auction);
        clone = CurveStableDestination(_clone(type(CurveStableDestination).creationCode, arguments, lmp, index));
        if (clone.vault() == address(0)) {
            clone.initialize(lmp, config.pool, config.lpToken, config.gauge, config.rewards);
        }
        require(clone.lpToken() == config.lpToken, InitializedByOther(address(clone)));
    }

    /// @dev EIP-1167 creation code; what follows the runtime code only makes the address the LMP's own.
    function _clone(bytes memory code, bytes memory arguments, address lmp, uint256 index)
        private
        returns (address deployed)
    {
        (address implementation,) = Create2.deploy(bytes.concat(code, arguments));
        (deployed,) = Create2.deploy(
            abi.encodePacked(
                hex"3d602d80600a3d3981f3363d3d373d3d3d363d73",
                implementation,
                hex"5af43d82803e903d91602b57fd5bf3",
                lmp,
                index
            )
        );
    }
}
