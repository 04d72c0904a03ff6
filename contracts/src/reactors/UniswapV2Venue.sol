// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {IPairVenue} from "./IPairVenue.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @dev What the adapter calls of a Uniswap V2 pair.
interface IUniswapV2Pair is IERC20 {
    function factory() external view returns (address);
    function token0() external view returns (address);
    function token1() external view returns (address);
    function getReserves() external view returns (uint112 reserve0, uint112 reserve1, uint32 timestamp);
    function kLast() external view returns (uint256);
    function mint(address to) external returns (uint256 liquidity);
    function burn(address to) external returns (uint256 amount0, uint256 amount1);
}

interface IUniswapV2Factory {
    function feeTo() external view returns (address);
}

/// @title Constant-product pool of Uniswap V2 as a venue of reactors
/// @notice QUANTITIES come from the invariant k = x * y at a given price p = y / x: x = sqrt(k / p), y = sqrt(k * p). Swaps
/// change k by their fees only, so nobody moves them by moving the pool. UNITS are the pair's LP tokens; LP tokens sent
/// here count for nothing, the owner alone knows how many it has bought. SUPPLY includes the protocol fee that the pair
/// will mint at its next mint or burn.
contract UniswapV2Venue is IPairVenue {
    using SafeERC20 for IERC20;

    uint256 private constant WAD = 1e18;

    address public immutable owner;
    address public immutable token;
    address public immutable pair;
    IUniswapV2Pair private immutable POOL;
    IUniswapV2Factory private immutable FACTORY;
    bool private immutable TOKEN_IS_0;

    /// @notice The pool does not consist of the token and a pair asset, or the owner is zero.
    error InvalidPool();
    /// @notice The pool minted less than it owes for what was paid.
    error MintedTooLittle(uint256 minted);

    /// @param owner_ the cycle manager
    /// @param pool_ the pair
    /// @param token_ the side of the token reactor; the other one is the pair asset
    constructor(address owner_, IUniswapV2Pair pool_, address token_) {
        address token0 = pool_.token0();
        address token1 = pool_.token1();
        require(owner_ != address(0) && (token_ == token0 || token_ == token1), InvalidPool());
        owner = owner_;
        POOL = pool_;
        FACTORY = IUniswapV2Factory(pool_.factory());
        TOKEN_IS_0 = token_ == token0;
        token = token_;
        pair = token_ == token0 ? token1 : token0;
    }

    modifier onlyOwner() {
        require(msg.sender == owner, NotOwner());
        _;
    }

    function venue() external pure returns (string memory) {
        return "UniswapV2";
    }

    function pool() external view returns (address) {
        return address(POOL);
    }

    /// @inheritdoc IPairVenue
    function quantities(uint256 units, uint256 price) external view returns (uint256 tokenAmount, uint256 pairAmount) {
        (uint256 tokenReserve, uint256 pairReserve) = _reserves();
        uint256 supply = _supply(tokenReserve, pairReserve);
        uint256 k = tokenReserve * pairReserve;
        tokenAmount = Math.mulDiv(Math.sqrt(Math.mulDiv(k, WAD, price)), units, supply);
        pairAmount = Math.mulDiv(Math.sqrt(Math.mulDiv(k, price, WAD)), units, supply);
    }

    /// @inheritdoc IPairVenue
    function spotPrice() external view returns (uint256) {
        (uint256 tokenReserve, uint256 pairReserve) = _reserves();
        return Math.mulDiv(pairReserve, WAD, tokenReserve);
    }

    /// @inheritdoc IPairVenue
    /// @dev Amounts are rounded up so that the pair mints at least `units`; what it mints above them is nobody's.
    function add(uint256 units, uint256 maxToken, uint256 maxPair)
        external
        onlyOwner
        returns (uint256 tokenAmount, uint256 pairAmount)
    {
        require(units != 0, ZeroAmount());
        (uint256 tokenReserve, uint256 pairReserve) = _reserves();
        uint256 supply = _supply(tokenReserve, pairReserve);
        tokenAmount = Math.mulDiv(units, tokenReserve, supply, Math.Rounding.Ceil);
        pairAmount = Math.mulDiv(units, pairReserve, supply, Math.Rounding.Ceil);
        require(tokenAmount <= maxToken && pairAmount <= maxPair, ExceedsMaximum(tokenAmount, pairAmount));

        IERC20(token).safeTransferFrom(owner, address(POOL), tokenAmount);
        IERC20(pair).safeTransferFrom(owner, address(POOL), pairAmount);
        uint256 minted = POOL.mint(address(this));
        require(minted >= units, MintedTooLittle(minted));
    }

    /// @inheritdoc IPairVenue
    function remove(uint256 units, uint256 minToken, uint256 minPair)
        external
        onlyOwner
        returns (uint256 tokenAmount, uint256 pairAmount)
    {
        require(units != 0, ZeroAmount());
        IERC20(POOL).safeTransfer(address(POOL), units);
        (uint256 amount0, uint256 amount1) = POOL.burn(owner);
        (tokenAmount, pairAmount) = TOKEN_IS_0 ? (amount0, amount1) : (amount1, amount0);
        require(tokenAmount >= minToken && pairAmount >= minPair, BelowMinimum(tokenAmount, pairAmount));
    }

    function _reserves() private view returns (uint256 tokenReserve, uint256 pairReserve) {
        (uint256 reserve0, uint256 reserve1,) = POOL.getReserves();
        return TOKEN_IS_0 ? (reserve0, reserve1) : (reserve1, reserve0);
    }

    /// @dev LP supply with the pending protocol fee: a sixth of the growth of sqrt(k) since the last mint or burn.
    function _supply(uint256 tokenReserve, uint256 pairReserve) private view returns (uint256 supply) {
        supply = POOL.totalSupply();
        if (FACTORY.feeTo() == address(0)) return supply;
        uint256 rootKLast = Math.sqrt(POOL.kLast());
        if (rootKLast == 0) return supply;
        uint256 rootK = Math.sqrt(tokenReserve * pairReserve);
        if (rootK > rootKLast) supply += supply * (rootK - rootKLast) / (5 * rootK + rootKLast);
    }
}
