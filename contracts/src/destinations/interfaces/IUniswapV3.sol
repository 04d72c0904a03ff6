// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity ^0.8.0;

/// @dev What destinations call of the Uniswap V3 factory.
interface IUniswapV3Factory {
    function getPool(address a, address b, uint24 fee) external view returns (address);
}

/// @dev What destinations call of a Uniswap V3 pool. Amounts are base units of its tokens; prices are square roots of
/// "token 1 per token 0", Q96.
interface IUniswapV3Pool {
    function token0() external view returns (address);
    function token1() external view returns (address);
    /// @dev Of 1e6.
    function fee() external view returns (uint24);
    function tickSpacing() external view returns (int24);
    /// @dev `unlocked` is the pool's reentrancy lock.
    function slot0()
        external
        view
        returns (
            uint160 sqrtPriceX96,
            int24 tick,
            uint16 observationIndex,
            uint16 observationCardinality,
            uint16 observationCardinalityNext,
            uint8 feeProtocol,
            bool unlocked
        );
    /// @dev Active at the current tick.
    function liquidity() external view returns (uint128);

    /// @param key keccak256(abi.encodePacked(owner, tickLower, tickUpper))
    function positions(bytes32 key)
        external
        view
        returns (
            uint128 liquidity,
            uint256 feeGrowthInside0LastX128,
            uint256 feeGrowthInside1LastX128,
            uint128 tokensOwed0,
            uint128 tokensOwed1
        );

    /// @dev Anyone may add to anyone's position. Asks the caller for the tokens by `uniswapV3MintCallback`.
    function mint(address recipient, int24 tickLower, int24 tickUpper, uint128 amount, bytes calldata data)
        external
        returns (uint256 amount0, uint256 amount1);
    /// @dev Of the caller's own position: what comes out is owed, with the fees so far, until `collect`.
    function burn(int24 tickLower, int24 tickUpper, uint128 amount) external returns (uint256 amount0, uint256 amount1);
    /// @dev Pays out what is owed to the caller, at most what is asked for.
    function collect(address recipient, int24 tickLower, int24 tickUpper, uint128 amount0, uint128 amount1)
        external
        returns (uint128 paid0, uint128 paid1);
    /// @dev A positive `amountSpecified` is sold; deltas are the pool's. Asks for what is sold by `uniswapV3SwapCallback`.
    function swap(
        address recipient,
        bool zeroForOne,
        int256 amountSpecified,
        uint160 sqrtPriceLimitX96,
        bytes calldata data
    ) external returns (int256 amount0, int256 amount1);
}
