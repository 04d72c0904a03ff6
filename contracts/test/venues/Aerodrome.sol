// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {Artifacts} from "./Artifacts.sol";
import {
    AeroLike,
    AerodromeFactoryLike,
    AerodromeGaugeLike,
    AerodromePoolLike,
    AerodromeVoterLike
} from "./interfaces/AerodromeLike.sol";

struct AerodromeCore {
    AerodromeFactoryLike factory;
    AerodromeVoterLike voter;
    AeroLike aero;
}

/// @title Aerodrome (Velodrome V2): stable pools and their gauges
/// @notice Compiled unchanged from the source in `sphere-mezo-solidity-files`. The caller is governor, team and minter: it
/// mints AERO and funds gauges itself, so there is no weekly emission and nobody votes. The stable fee starts at 0.05%.
library Aerodrome {
    address private constant NO_FORWARDER = address(0);

    function deploy() internal returns (AerodromeCore memory core) {
        address factory = Artifacts.create("AerodromePoolFactory", abi.encode(Artifacts.create("AerodromePool")));
        address registry = Artifacts.create(
            "AerodromeFactoryRegistry",
            abi.encode(
                factory,
                Artifacts.create("AerodromeVotingRewardsFactory"),
                Artifacts.create("AerodromeGaugeFactory"),
                Artifacts.create("AerodromeManagedRewardsFactory")
            )
        );
        address aero = Artifacts.create("AerodromeAero");

        string[] memory names = new string[](2);
        address[] memory libraries = new address[](2);
        (names[0], libraries[0]) = ("BalanceLogicLibrary", Artifacts.create("AerodromeBalanceLogicLibrary"));
        (names[1], libraries[1]) = ("DelegationLogicLibrary", Artifacts.create("AerodromeDelegationLogicLibrary"));
        address escrow =
            Artifacts.createLinked("AerodromeVotingEscrow", abi.encode(NO_FORWARDER, aero, registry), names, libraries);
        address voter = Artifacts.create("AerodromeVoter", abi.encode(NO_FORWARDER, escrow, registry));

        core = AerodromeCore(AerodromeFactoryLike(factory), AerodromeVoterLike(voter), AeroLike(aero));
        core.factory.setVoter(voter);
    }

    /// @notice Creates a stable pool and gives it its first liquidity out of the caller's tokens; LP tokens go to `to`.
    /// @dev Both amounts must be worth the same number of whole tokens: the first point of the curve is the middle.
    function createStablePool(
        AerodromeCore memory core,
        IERC20 tokenA,
        uint256 amountA,
        IERC20 tokenB,
        uint256 amountB,
        address to
    ) internal returns (AerodromePoolLike pool) {
        pool = AerodromePoolLike(core.factory.createPool(address(tokenA), address(tokenB), true));
        require(tokenA.transfer(address(pool), amountA) && tokenB.transfer(address(pool), amountB));
        pool.mint(to);
    }

    function createGauge(AerodromeCore memory core, AerodromePoolLike pool) internal returns (AerodromeGaugeLike) {
        return AerodromeGaugeLike(core.voter.createGauge(address(core.factory), address(pool)));
    }

    /// @notice Mints AERO and pays it evenly until the week's end (Thursday 0:00 UTC), together with what is left.
    function fund(AerodromeCore memory core, AerodromeGaugeLike gauge, uint256 amount, address caller) internal {
        require(core.aero.mint(caller, amount) && core.aero.approve(address(gauge), amount));
        gauge.notifyRewardWithoutClaim(amount);
    }
}
