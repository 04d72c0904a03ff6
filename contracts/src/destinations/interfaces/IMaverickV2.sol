// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity ^0.8.0;

/// @dev What the destination calls of Maverick V2, as its published interface has it. Amounts of the pool's own books are in WAD
/// whatever the token's decimals; amounts that are paid are in base units. Prices are tokens A per token B.
interface IMaverickV2Pool {
    struct State {
        uint128 reserveA;
        uint128 reserveB;
        int64 lastTwaD8;
        int64 lastLogPriceD8;
        uint40 lastTimestamp;
        int32 activeTick;
        bool isLocked;
        uint32 binCounter;
        uint8 protocolFeeRatioD3;
    }

    struct TickState {
        uint128 reserveA;
        uint128 reserveB;
        uint128 totalSupply;
        uint32[4] binIdsByTick;
    }

    struct BinState {
        uint128 mergeBinBalance;
        /// @dev The bin's part of its tick's `totalSupply`.
        uint128 tickBalance;
        uint128 totalSupply;
        uint8 kind;
        int32 tick;
        uint32 mergeId;
    }

    struct AddLiquidityParams {
        uint8 kind;
        int32[] ticks;
        /// @dev LP tokens of the bins.
        uint128[] amounts;
    }

    struct RemoveLiquidityParams {
        uint32[] binIds;
        uint128[] amounts;
    }

    struct SwapParams {
        uint256 amount;
        bool tokenAIn;
        bool exactOutput;
        int32 tickLimit;
    }

    function tokenA() external view returns (address);
    function tokenB() external view returns (address);
    /// @dev Zero: a pool anyone may use.
    function accessor() external view returns (address);
    /// @dev A tick is a factor of 1.0001^tickSpacing wide.
    function tickSpacing() external view returns (uint256);
    function getState() external view returns (State memory);
    function getTick(int32 tick) external view returns (TickState memory);
    function getBin(uint32 binId) external view returns (BinState memory);
    /// @dev Calls `maverickV2AddLiquidityCallback` of the caller, who pays there.
    function addLiquidity(
        address recipient,
        uint256 subaccount,
        AddLiquidityParams calldata params,
        bytes calldata data
    ) external returns (uint256 tokenAAmount, uint256 tokenBAmount, uint32[] memory binIds);
    /// @dev Without `data` the input has been sent before.
    function swap(address recipient, SwapParams calldata params, bytes calldata data)
        external
        returns (uint256 amountIn, uint256 amountOut);
}

interface IMaverickV2AddLiquidityCallback {
    function maverickV2AddLiquidityCallback(
        address tokenA,
        address tokenB,
        uint256 amountA,
        uint256 amountB,
        bytes calldata data
    ) external;
}

/// @dev A boosted position: an ERC-20 over LP tokens of bins, held in fixed ratios.
interface IMaverickV2BoostedPosition {
    function pool() external view returns (address);
    /// @dev 0: bins that stay where they are.
    function kind() external view returns (uint8);
    function getBinIds() external view returns (uint32[] memory);
    function getTicks() external view returns (int32[] memory);
    /// @dev LP tokens of each bin that belong to the position's holders.
    function getBinBalances() external view returns (uint128[] memory);
    /// @dev To the recipient for all LP tokens the position got in the pool since the last mint or burn.
    function mint(address recipient) external returns (uint256 deltaSupply);
    function burn(address recipient, uint256 amount) external returns (uint256 tokenAOut, uint256 tokenBOut);
}

interface IMaverickV2BoostedPositionFactory {
    function isFactoryBoostedPosition(address position) external view returns (bool);
}

interface IMaverickV2RewardFactory {
    function isFactoryContract(address reward) external view returns (bool);
}

/// @dev Stakes belong to NFTs, which cannot be transferred.
interface IMaverickV2Reward {
    struct RewardInfo {
        uint256 finishAt;
        uint256 updatedAt;
        /// @dev Base units per second.
        uint256 rewardRate;
        uint256 escrowedReward;
        uint256 rewardPerTokenStored;
        address rewardToken;
        /// @dev Zero: the token is paid in full.
        address veRewardToken;
        uint128 unboostedAmount;
        uint256 lastUnboostedPushTimestamp;
    }

    function stakingToken() external view returns (address);
    function stakeTotalSupply() external view returns (uint256);
    function rewardTokenCount() external view returns (uint256);
    function rewardInfo() external view returns (RewardInfo[] memory);
    function mint(address recipient) external returns (uint256 tokenId);
    function transferAndStake(uint256 tokenId, uint256 amount) external returns (uint256 staked, uint256 stakedTokenId);
    function unstakeToOwner(uint256 tokenId, uint256 amount) external;
    /// @dev By the NFT's owner, to him. `stakeDuration` 0: not locked into the ve token.
    function getRewardToOwner(uint256 tokenId, uint8 rewardTokenIndex, uint256 stakeDuration)
        external
        returns (uint256 amount, bool asVe, address veContract);
}
