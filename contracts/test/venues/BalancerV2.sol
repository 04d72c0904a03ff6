// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {Artifacts} from "./Artifacts.sol";
import {
    BalancerAuthorizerLike,
    BalancerPoolLike,
    BalancerQueriesLike,
    BalancerVaultLike,
    ComposableStablePoolFactoryLike,
    ComposableStablePoolLike,
    WeightedPoolFactoryLike,
    WeightedPoolLike
} from "./interfaces/BalancerV2Like.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

struct BalancerV2Core {
    BalancerAuthorizerLike authorizer;
    BalancerVaultLike vault;
    BalancerQueriesLike queries;
    ComposableStablePoolFactoryLike stableFactory;
    WeightedPoolFactoryLike weightedFactory;
}

struct StablePoolParams {
    string name;
    string symbol;
    /// @dev In any order; the pool sorts by address and inserts its own BPT.
    address[] tokens;
    /// @dev Per token; zero: the rate is 1.
    address[] rateProviders;
    /// @dev A*n^(n-1) of the StableSwap paper, 1 to 5000.
    uint256 amplification;
    /// @dev WAD, 1e12 (0.0001%) to 0.1e18.
    uint256 swapFee;
    /// @dev Seconds a token's rate is kept before a swap or join asks the provider again.
    uint256 rateCacheDuration;
}

/// @title Balancer V2: vault, composable stable pools and weighted pools
/// @notice Bytecode as published in `@balancer-labs/v2-deployments`: Authorizer and Vault (20210418), fee percentages
/// provider (20220725), queries (20220721), ComposableStablePool v3 and WeightedPool v3 (20230206). Protocol fees are 0
/// until the authorizer's admin sets some.
library BalancerV2 {
    uint256 private constant PAUSE_WINDOW = 90 days;
    uint256 private constant BUFFER_PERIOD = 30 days;
    uint256 private constant MAX_PROTOCOL_FEE = 1e18;

    /// @dev `userData` tag of a pool's first join; one amount per token the vault lists follows, a composable pool's own
    /// BPT included.
    uint256 private constant JOIN_INIT = 0;

    /// @param admin of the authorizer: grants every permission in Balancer
    function deploy(address weth, address admin) internal returns (BalancerV2Core memory core) {
        core.authorizer = BalancerAuthorizerLike(Artifacts.create("Authorizer", abi.encode(admin)));
        core.vault = BalancerVaultLike(
            Artifacts.create("Vault", abi.encode(core.authorizer, weth, PAUSE_WINDOW, BUFFER_PERIOD))
        );
        core.queries = BalancerQueriesLike(Artifacts.create("BalancerQueries", abi.encode(core.vault)));
        address fees = Artifacts.create(
            "ProtocolFeePercentagesProvider", abi.encode(core.vault, MAX_PROTOCOL_FEE, MAX_PROTOCOL_FEE)
        );
        bytes memory args = abi.encode(core.vault, fees, "3", "3");
        core.stableFactory = ComposableStablePoolFactoryLike(Artifacts.create("ComposableStablePoolFactory", args));
        core.weightedFactory = WeightedPoolFactoryLike(Artifacts.create("WeightedPoolFactory", args));
    }

    /// @param owner may change fee, amplification and cache durations
    function createStablePool(BalancerV2Core memory core, StablePoolParams memory params, address owner)
        internal
        returns (ComposableStablePoolLike)
    {
        sort(params.tokens, params.rateProviders);
        uint256 n = params.tokens.length;
        uint256[] memory durations = new uint256[](n);
        for (uint256 i; i < n; ++i) {
            // The pool wants no cache for a token without a provider.
            if (params.rateProviders[i] != address(0)) durations[i] = params.rateCacheDuration;
        }
        return ComposableStablePoolLike(
            core.stableFactory
                .create(
                    params.name,
                    params.symbol,
                    params.tokens,
                    params.amplification,
                    params.rateProviders,
                    durations,
                    new bool[](n),
                    params.swapFee,
                    owner
                )
        );
    }

    /// @param weightA WAD, 0.01e18 to 0.99e18; `tokenB` has the rest
    /// @param swapFee WAD, 1e12 (0.0001%) to 0.1e18
    /// @param owner may change the fee
    function createWeightedPool(
        BalancerV2Core memory core,
        string memory name,
        address tokenA,
        uint256 weightA,
        address tokenB,
        uint256 swapFee,
        address owner
    ) internal returns (WeightedPoolLike) {
        address[] memory tokens = new address[](2);
        uint256[] memory weights = new uint256[](2);
        (uint256 a, uint256 b) = tokenA < tokenB ? (0, 1) : (1, 0);
        (tokens[a], tokens[b]) = (tokenA, tokenB);
        (weights[a], weights[b]) = (weightA, 1e18 - weightA);
        return
            WeightedPoolLike(core.weightedFactory.create(name, name, tokens, weights, new address[](2), swapFee, owner));
    }

    /// @notice A pool's first liquidity, out of `sender`'s tokens; BPT go to `sender`, who is the caller.
    /// @param tokens in any order, BPT left out
    function initialize(
        BalancerV2Core memory core,
        BalancerPoolLike pool,
        address[] memory tokens,
        uint256[] memory amounts,
        address sender
    ) internal {
        bytes32 poolId = pool.getPoolId();
        (address[] memory assets,,) = core.vault.getPoolTokens(poolId);
        uint256[] memory maxAmountsIn = new uint256[](assets.length);
        uint256[] memory amountsIn = new uint256[](assets.length);
        for (uint256 i; i < assets.length; ++i) {
            if (assets[i] == address(pool)) {
                // A composable stable pool mints itself its own BPT when it starts, and the vault must be allowed to take it.
                maxAmountsIn[i] = type(uint256).max;
                continue;
            }
            uint256 amount = amounts[indexOf(tokens, assets[i])];
            (amountsIn[i], maxAmountsIn[i]) = (amount, amount);
            require(IERC20(assets[i]).approve(address(core.vault), amount));
        }
        core.vault
            .joinPool(
                poolId,
                sender,
                sender,
                BalancerVaultLike.JoinPoolRequest(assets, maxAmountsIn, abi.encode(JOIN_INIT, amountsIn), false)
            );
    }

    /// @dev Insertion sort by address; the providers follow their tokens.
    function sort(address[] memory tokens, address[] memory providers) private pure {
        for (uint256 i = 1; i < tokens.length; ++i) {
            for (uint256 j = i; j > 0 && tokens[j] < tokens[j - 1]; --j) {
                (tokens[j], tokens[j - 1]) = (tokens[j - 1], tokens[j]);
                (providers[j], providers[j - 1]) = (providers[j - 1], providers[j]);
            }
        }
    }

    error NotAPoolToken(address token);

    function indexOf(address[] memory tokens, address token) private pure returns (uint256 i) {
        while (i < tokens.length && tokens[i] != token) ++i;
        require(i < tokens.length, NotAPoolToken(token));
    }
}
