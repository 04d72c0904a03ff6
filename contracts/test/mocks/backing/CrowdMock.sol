// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {IBackingPool} from "../../../src/backing/IBackingPool.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

contract StakerMock {
    function stake(IBackingPool pool, uint256 toke) external {
        IERC20(pool.toke()).approve(address(pool), toke);
        pool.stake(toke);
    }
}

/// @notice As many stakers as a test needs, each an account of its own that stakes once.
contract CrowdMock {
    function stake(IBackingPool pool, uint256 stakers, uint256 each) external {
        IERC20 toke = IERC20(pool.toke());
        for (uint256 i; i < stakers; ++i) {
            StakerMock staker = new StakerMock();
            toke.transfer(address(staker), each);
            staker.stake(pool, each);
        }
    }
}
