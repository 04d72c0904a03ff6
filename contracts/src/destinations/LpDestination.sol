// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";

import {Rewards} from "./Rewards.sol";
import {Tokens} from "./Tokens.sol";
import {IGauge} from "./interfaces/IGauge.sol";

/// @title What destinations over pools with an LP token share
/// @notice Units are 1:1 with the LP tokens held here, or staked where the venue has a gauge. Every way in ends with LP tokens
/// staked, every way out begins with as many unstaked; LP tokens sent here by transfer are never touched.
abstract contract LpDestination is Rewards {
    using Tokens for address;

    function name() public view override returns (string memory) {
        return string.concat("Units of ", IERC20Metadata(lpToken).name());
    }

    function symbol() public view override returns (string memory) {
        return string.concat("u-", IERC20Metadata(lpToken).symbol());
    }

    function _take(uint256 units) internal virtual override {
        lpToken.pull(units);
        _stake(units);
    }

    function _give(uint256 units, address receiver) internal virtual override {
        _unstake(units);
        lpToken.send(units, units, receiver);
    }

    function _addLegs(uint256[] memory amounts) internal virtual override returns (uint256 units) {
        uint256 before = lpToken.held();
        _join(amounts);
        units = lpToken.held() - before;
        if (units != 0) _stake(units);
    }

    function _removeLegs(uint256 units) internal virtual override {
        uint256 rest = _unstake(units);
        _exit(units);
        lpToken.requireExact(rest, lpToken.held());
    }

    function _removeLeg(uint256 units, uint256 leg) internal virtual override {
        uint256 rest = _unstake(units);
        _exitSingle(units, leg);
        lpToken.requireExact(rest, lpToken.held());
    }

    /// @dev LP tokens just received go to work.
    function _stake(uint256 lpAmount) private {
        address gauge_ = gauge;
        if (gauge_ == address(0)) return;
        lpToken.allow(gauge_, lpAmount);
        _deposit(gauge_, lpAmount);
        lpToken.requireTaken(gauge_);
    }

    /// @return rest what is held here besides `lpAmount`
    function _unstake(uint256 lpAmount) private returns (uint256 rest) {
        address gauge_ = gauge;
        rest = lpToken.held();
        if (gauge_ == address(0)) return rest - lpAmount;
        _withdraw(gauge_, lpAmount);
        lpToken.requireExact(rest + lpAmount, lpToken.held());
    }

    /* VENUE */

    /// @dev The gauge pulls `lpAmount`, which it is allowed to.
    function _deposit(address gauge_, uint256 lpAmount) internal virtual {
        IGauge(gauge_).deposit(lpAmount);
    }

    function _withdraw(address gauge_, uint256 lpAmount) internal virtual {
        IGauge(gauge_).withdraw(lpAmount);
    }

    /// @dev Adds legs held here to the pool, LP tokens to this contract. Zero amounts allowed.
    function _join(uint256[] memory amounts) internal virtual;
    /// @dev Burns exactly `lpAmount` held here, all legs to this contract.
    function _exit(uint256 lpAmount) internal virtual;
    /// @dev Burns exactly `lpAmount` held here, all of its worth as one leg to this contract.
    function _exitSingle(uint256 lpAmount, uint256 leg) internal virtual;
}
