// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {IPairVenue} from "../../../src/reactors/IPairVenue.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @dev Wraps a real adapter in the manager's eyes and fails when told to: reverts, burns its gas, or lies about amounts.
contract FailingVenueMock is IPairVenue {
    enum Failure {
        None,
        Revert,
        BurnGas,
        HugeAmounts
    }

    address public immutable owner;
    IPairVenue public wrapped;
    Failure public onRead;
    Failure public onMove;

    constructor(address owner_) {
        owner = owner_;
    }

    /// @param inner an adapter whose owner is this contract
    function wrap(IPairVenue inner) external {
        wrapped = inner;
    }

    function fail(Failure read_, Failure move_) external {
        (onRead, onMove) = (read_, move_);
    }

    function venue() external pure returns (string memory) {
        return "Failing";
    }

    function pool() external view returns (address) {
        return wrapped.pool();
    }

    function token() external view returns (address) {
        return wrapped.token();
    }

    function pair() external view returns (address) {
        return wrapped.pair();
    }

    function quantities(uint256 units, uint256 price) external view returns (uint256, uint256) {
        _act(onRead);
        if (onRead == Failure.HugeAmounts) return (type(uint256).max, type(uint256).max);
        return wrapped.quantities(units, price);
    }

    function spotPrice() external view returns (uint256) {
        return wrapped.spotPrice();
    }

    function add(uint256 units, uint256 maxToken, uint256 maxPair) external returns (uint256 t, uint256 p) {
        _act(onMove);
        IERC20(wrapped.token()).transferFrom(owner, address(this), maxToken);
        IERC20(wrapped.pair()).transferFrom(owner, address(this), maxPair);
        IERC20(wrapped.token()).approve(address(wrapped), maxToken);
        IERC20(wrapped.pair()).approve(address(wrapped), maxPair);
        (t, p) = wrapped.add(units, maxToken, maxPair);
        IERC20(wrapped.token()).transfer(owner, maxToken - t);
        IERC20(wrapped.pair()).transfer(owner, maxPair - p);
    }

    function remove(uint256 units, uint256 minToken, uint256 minPair) external returns (uint256 t, uint256 p) {
        _act(onMove);
        (t, p) = wrapped.remove(units, minToken, minPair);
        IERC20(wrapped.token()).transfer(owner, t);
        IERC20(wrapped.pair()).transfer(owner, p);
    }

    function _act(Failure failure) private pure {
        if (failure == Failure.Revert) revert("venue is down");
        if (failure == Failure.BurnGas) {
            assembly {
                invalid()
            }
        }
    }
}
