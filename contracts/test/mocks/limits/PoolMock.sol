// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {DestinationMock} from "../lmp/DestinationMock.sol";

/// @notice A destination whose pool holds others' liquidity too; what is minted here adds to it, what is burnt leaves it.
contract PoolMock is DestinationMock {
    /// @notice Units-equivalent of what others hold in the pool.
    uint256 public others;

    constructor(address vault_, uint256 price) DestinationMock(vault_, price) {}

    function setOthers(uint256 others_) external {
        others = others_;
    }

    function burn(uint256 units) external {
        _burn(msg.sender, units);
    }

    function depth() external view returns (uint256) {
        return others + totalSupply();
    }
}
