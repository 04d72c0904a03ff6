// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {FixedPointMathLib} from "solady/utils/FixedPointMathLib.sol";

import {IPriceRegistry} from "../pricing/IPriceRegistry.sol";
import {Destination} from "./Destination.sol";
import {IDestination} from "./IDestination.sol";
import {StableCurve} from "./StableCurve.sol";
import {VenueLock} from "./VenueLock.sol";
import {ICurveStableSwap} from "./interfaces/ICurveStableSwap.sol";

/// @title Destination over a Curve v1 plain StableSwap pool, without a gauge
/// @notice LP tokens are held here. The pool knows no token rates: its curve is centred where one coin trades for one of
/// another. Its own books (`balances`) ignore tokens sent to it, and leave out the fees of its admin.
/// REENTRANCY: `remove_liquidity` of such pools takes coins out one by one before it burns the LP tokens, so a coin with a
/// transfer hook would show a pool that holds too little per LP token. `value` therefore reverts while the pool's lock is taken.
contract CurveStableDestination is Destination {
    using FixedPointMathLib for uint256;

    /// @dev Largest relative distance of the pool's virtual price from invariant over supply at initialisation, WAD.
    uint256 private constant MAX_MISMATCH = 1e9;

    /// @dev 18 - decimals of each leg, one byte each, leg 0 lowest.
    uint256 private _scales;

    constructor(IPriceRegistry prices_, uint256 tolerance_) Destination(prices_, tolerance_) {}

    /// @param vault_ LMP served
    /// @param pool_ funded plain pool of 2 to 5 coins
    /// @param lpToken_ the pool's LP token, which a v1 pool does not name: it must explain the pool's virtual price
    function initialize(address vault_, address pool_, address lpToken_) external initializer {
        address[] memory coins = _coins(pool_);
        for (uint256 i; i < coins.length; ++i) {
            uint256 decimals = IERC20Metadata(coins[i]).decimals();
            require(decimals <= 18, InvalidPool(pool_));
            _scales |= (18 - decimals) << (8 * i);
        }
        _initialize(vault_, pool_, lpToken_, coins);

        PoolState memory state = _poolState();
        uint256 price = StableCurve.invariant(state.balances, state.ann).fullMulDiv(WAD, state.supply);
        uint256 published = ICurveStableSwap(pool_).get_virtual_price();
        require(price.dist(published).fullMulDiv(WAD, published) <= MAX_MISMATCH, InvalidPool(pool_));
        emit DestinationInitialized(vault_, pool_, lpToken_, address(0), coins, new address[](0));
    }

    /// @inheritdoc IDestination
    function venue() external pure returns (string memory) {
        return "curve-stableswap";
    }

    /// @inheritdoc IDestination
    /// @dev No gauge, no incentives.
    function incentives() external pure returns (uint256, uint256, uint256) {
        return (0, 0, 0);
    }

    /* VENUE */

    function _poolState() internal view override returns (PoolState memory state) {
        ICurveStableSwap curve = ICurveStableSwap(pool);
        uint256 n = legs().length;
        state.balances = new uint256[](n);
        state.rates = new uint256[](n);
        for (uint256 i; i < n; ++i) {
            state.balances[i] = curve.balances(_index(i)) * 10 ** (_scales >> (8 * i) & 0xff);
            state.rates[i] = WAD;
        }
        state.ann = curve.A() * n * WAD;
        state.supply = IERC20(lpToken).totalSupply();
    }

    function _requireUnlocked() internal view override {
        require(
            !VenueLock.isTaken(pool, abi.encodeCall(ICurveStableSwap.exchange, (int128(0), int128(0), 0, 0))),
            VenueLocked()
        );
    }

    /// @dev Held, not staked.
    function _stake(uint256) internal override {}

    function _unstake(uint256) internal override {}

    /// @dev A v1 pool does not say how many coins it has; it reverts behind the last one.
    function _coins(address pool_) private view returns (address[] memory coins) {
        address[] memory found = new address[](MAX_LEGS + 1);
        uint256 n;
        for (; n <= MAX_LEGS; ++n) {
            found[n] = _tryAddress(pool_, abi.encodeCall(ICurveStableSwap.coins, (_index(n))));
            if (found[n] == address(0)) break;
        }
        coins = new address[](n);
        for (uint256 i; i < n; ++i) {
            coins[i] = found[i];
        }
    }

    /// @dev The pool counts its coins with int128.
    // forge-lint: disable-next-item(unsafe-typecast) at most MAX_LEGS
    function _index(uint256 i) private pure returns (int128) {
        return int128(uint128(i));
    }
}
