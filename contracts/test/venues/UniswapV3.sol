// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {Artifacts} from "./Artifacts.sol";
import {UniswapV3FactoryLike, UniswapV3PoolLike} from "./interfaces/UniswapV3Like.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

/// @title Uniswap V3
/// @notice Factory bytecode as published in `@uniswap/v3-core`; it carries the pool's. Fees of 0.05%, 0.3% and 1% are
/// enabled, with tick spacings of 10, 60 and 200; the protocol fee is off.
library UniswapV3 {
    /// @dev The caller owns the factory.
    function deploy() internal returns (UniswapV3FactoryLike) {
        return UniswapV3FactoryLike(Artifacts.create("UniswapV3Factory"));
    }

    /// @param sqrtPriceX96 first price: square root of token 1 per token 0 (in order of address), Q96
    function createPool(UniswapV3FactoryLike factory, address a, address b, uint24 fee, uint160 sqrtPriceX96)
        internal
        returns (UniswapV3PoolLike pool)
    {
        pool = UniswapV3PoolLike(factory.createPool(a, b, fee));
        pool.initialize(sqrtPriceX96);
    }
}

/// @title Liquidity and trades in Uniswap V3 pools for an account
/// @notice A pool asks its caller to pay by callback, so an account needs a contract between. Positions belong to this
/// contract; tokens come from the caller by allowance and go to the caller. Of one user at a time: tests and devnet only.
contract UniswapV3Trader {
    using SafeERC20 for IERC20;

    uint160 private constant MIN_SQRT_PRICE = 4_295_128_739;
    uint160 private constant MAX_SQRT_PRICE = 1_461_446_703_485_210_103_287_273_052_203_988_822_378_723_970_342;

    error UnexpectedCallback(address caller);

    /// @dev The pool that may call back.
    UniswapV3PoolLike private _pool;
    address private _payer;

    modifier calling(UniswapV3PoolLike pool) {
        (_pool, _payer) = (pool, msg.sender);
        _;
        delete _pool;
        delete _payer;
    }

    function mint(UniswapV3PoolLike pool, int24 lower, int24 upper, uint128 liquidity)
        external
        calling(pool)
        returns (uint256 amount0, uint256 amount1)
    {
        return pool.mint(address(this), lower, upper, liquidity, "");
    }

    /// @notice Adds to a position of somebody else, which V3 allows anyone.
    function mintTo(UniswapV3PoolLike pool, address owner, int24 lower, int24 upper, uint128 liquidity)
        external
        calling(pool)
    {
        pool.mint(owner, lower, upper, liquidity, "");
    }

    /// @notice Takes liquidity out and collects it with all fees so far.
    function burn(UniswapV3PoolLike pool, int24 lower, int24 upper, uint128 liquidity)
        external
        returns (uint256 amount0, uint256 amount1)
    {
        pool.burn(lower, upper, liquidity);
        return pool.collect(msg.sender, lower, upper, type(uint128).max, type(uint128).max);
    }

    /// @notice Sells `amount` of one token for the other, as far as the pool has it.
    /// @return bought base units of the other token
    function swap(UniswapV3PoolLike pool, bool zeroForOne, uint256 amount) external returns (uint256 bought) {
        return swapTo(pool, zeroForOne, amount, zeroForOne ? MIN_SQRT_PRICE + 1 : MAX_SQRT_PRICE - 1);
    }

    /// @notice Sells at most `amount`, until the pool is at `sqrtPriceX96`.
    // forge-lint: disable-next-item(unsafe-typecast) a pool takes less than 2^255, and what it pays is negative
    function swapTo(UniswapV3PoolLike pool, bool zeroForOne, uint256 amount, uint160 sqrtPriceX96)
        public
        calling(pool)
        returns (uint256 bought)
    {
        (int256 amount0, int256 amount1) = pool.swap(msg.sender, zeroForOne, int256(amount), sqrtPriceX96, "");
        return uint256(-(zeroForOne ? amount1 : amount0));
    }

    /// @notice Borrows for the time of the call and pays `gift` on top of the fees, which all go to the active liquidity.
    function flash(UniswapV3PoolLike pool, uint256 amount0, uint256 amount1, uint256 gift0, uint256 gift1)
        external
        calling(pool)
    {
        pool.flash(msg.sender, amount0, amount1, abi.encode(amount0 + gift0, amount1 + gift1));
    }

    function uniswapV3MintCallback(uint256 amount0, uint256 amount1, bytes calldata) external {
        _pay(amount0, amount1);
    }

    // forge-lint: disable-next-item(unsafe-typecast) positive ones
    function uniswapV3SwapCallback(int256 amount0, int256 amount1, bytes calldata) external {
        _pay(amount0 > 0 ? uint256(amount0) : 0, amount1 > 0 ? uint256(amount1) : 0);
    }

    function uniswapV3FlashCallback(uint256 fee0, uint256 fee1, bytes calldata data) external {
        (uint256 amount0, uint256 amount1) = abi.decode(data, (uint256, uint256));
        _pay(amount0 + fee0, amount1 + fee1);
    }

    function _pay(uint256 amount0, uint256 amount1) private {
        require(msg.sender == address(_pool), UnexpectedCallback(msg.sender));
        if (amount0 != 0) IERC20(_pool.token0()).safeTransferFrom(_payer, msg.sender, amount0);
        if (amount1 != 0) IERC20(_pool.token1()).safeTransferFrom(_payer, msg.sender, amount1);
    }
}
