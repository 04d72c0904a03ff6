// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

/// @dev What tests and devnet call of Balancer V2. `...Like`: the published contracts, seen through a minimal interface.

interface BalancerAuthorizerLike {
    function grantRole(bytes32 role, address account) external;
    function hasRole(bytes32 role, address account) external view returns (bool);
}

interface BalancerVaultLike {
    enum SwapKind {
        GIVEN_IN,
        GIVEN_OUT
    }

    struct SingleSwap {
        bytes32 poolId;
        SwapKind kind;
        address assetIn;
        address assetOut;
        uint256 amount;
        bytes userData;
    }

    struct FundManagement {
        address sender;
        bool fromInternalBalance;
        address payable recipient;
        bool toInternalBalance;
    }

    struct JoinPoolRequest {
        address[] assets;
        uint256[] maxAmountsIn;
        bytes userData;
        bool fromInternalBalance;
    }

    struct ExitPoolRequest {
        address[] assets;
        uint256[] minAmountsOut;
        bytes userData;
        bool toInternalBalance;
    }

    function getAuthorizer() external view returns (address);
    function getPoolTokens(bytes32 poolId)
        external
        view
        returns (address[] memory tokens, uint256[] memory balances, uint256 lastChangeBlock);
    function swap(SingleSwap calldata singleSwap, FundManagement calldata funds, uint256 limit, uint256 deadline)
        external
        payable
        returns (uint256 amountCalculated);
    function joinPool(bytes32 poolId, address sender, address recipient, JoinPoolRequest calldata request)
        external
        payable;
    function exitPool(bytes32 poolId, address sender, address payable recipient, ExitPoolRequest calldata request)
        external;
}

/// @dev Its query functions change no state when they return, but are not `view`: call them with `eth_call`.
interface BalancerQueriesLike {
    function querySwap(
        BalancerVaultLike.SingleSwap calldata singleSwap,
        BalancerVaultLike.FundManagement calldata funds
    ) external returns (uint256);
    function queryJoin(
        bytes32 poolId,
        address sender,
        address recipient,
        BalancerVaultLike.JoinPoolRequest calldata request
    ) external returns (uint256 bptOut, uint256[] memory amountsIn);
    function queryExit(
        bytes32 poolId,
        address sender,
        address recipient,
        BalancerVaultLike.ExitPoolRequest calldata request
    ) external returns (uint256 bptIn, uint256[] memory amountsOut);
}

/// @dev Common part of stable and weighted pools; the pool is its own LP token (BPT).
interface BalancerPoolLike {
    function getPoolId() external view returns (bytes32);
    function getActualSupply() external view returns (uint256);
    function getSwapFeePercentage() external view returns (uint256);
    function totalSupply() external view returns (uint256);
    function balanceOf(address account) external view returns (uint256);
    function approve(address spender, uint256 amount) external returns (bool);
    function transfer(address to, uint256 amount) external returns (bool);
}

interface ComposableStablePoolLike is BalancerPoolLike {
    function getBptIndex() external view returns (uint256);
    function getRate() external view returns (uint256);
    function getRateProviders() external view returns (address[] memory);
    function getAmplificationParameter() external view returns (uint256 value, bool isUpdating, uint256 precision);
    function getTokenRate(address token) external view returns (uint256);
    function getTokenRateCache(address token)
        external
        view
        returns (uint256 rate, uint256 oldRate, uint256 duration, uint256 expires);
    /// @dev Anyone may refresh a rate before the cache expires.
    function updateTokenRateCache(address token) external;
}

interface WeightedPoolLike is BalancerPoolLike {
    function getNormalizedWeights() external view returns (uint256[] memory);
    function getInvariant() external view returns (uint256);
}

interface ComposableStablePoolFactoryLike {
    function create(
        string calldata name,
        string calldata symbol,
        address[] calldata tokens,
        uint256 amplificationParameter,
        address[] calldata rateProviders,
        uint256[] calldata tokenRateCacheDurations,
        bool[] calldata exemptFromYieldProtocolFeeFlags,
        uint256 swapFeePercentage,
        address owner
    ) external returns (address);
}

interface WeightedPoolFactoryLike {
    function create(
        string calldata name,
        string calldata symbol,
        address[] calldata tokens,
        uint256[] calldata normalizedWeights,
        address[] calldata rateProviders,
        uint256 swapFeePercentage,
        address owner
    ) external returns (address);
}
