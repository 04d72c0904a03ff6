// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {Artifacts} from "./Artifacts.sol";
import {UniswapV2FactoryLike, UniswapV2PairLike, UniswapV2RouterLike} from "./interfaces/UniswapV2Like.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

struct UniswapV2Core {
    UniswapV2FactoryLike factory;
    UniswapV2RouterLike router;
}

/// @title Uniswap V2
/// @notice Bytecode as published in `@uniswap/v2-core` and `@uniswap/v2-periphery`. The protocol fee is off, as on mainnet
/// for most of its life.
library UniswapV2 {
    /// @param feeToSetter may switch the protocol fee on
    function deploy(address weth, address feeToSetter) internal returns (UniswapV2Core memory core) {
        core.factory = UniswapV2FactoryLike(Artifacts.create("UniswapV2Factory", abi.encode(feeToSetter)));
        core.router = UniswapV2RouterLike(Artifacts.create("UniswapV2Router02", abi.encode(core.factory, weth)));
    }

    /// @notice Creates the pair and gives it its first liquidity out of the caller's tokens; LP tokens go to `to`.
    function createPair(
        UniswapV2Core memory core,
        IERC20 tokenA,
        uint256 amountA,
        IERC20 tokenB,
        uint256 amountB,
        address to
    ) internal returns (UniswapV2PairLike pair) {
        pair = UniswapV2PairLike(core.factory.createPair(address(tokenA), address(tokenB)));
        require(tokenA.transfer(address(pair), amountA) && tokenB.transfer(address(pair), amountB));
        pair.mint(to);
    }
}
