// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {ILmpRouter} from "./ILmpRouter.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";

/// @title One call from outside, or the calls of one multicall: whose ETH is whose
/// @notice A session begins with what the router holds less the ETH that came with the call. At its end what is above that goes back
/// to the caller; what lay here before stays, it is nobody's. A value is counted once, however many calls of a multicall see
/// it, because calls spend the balance and never look at `msg.value`.
///
/// While a session is open, calls from outside are refused; a call of the multicall is let in by a pass that it uses up, so that
/// whatever it calls finds the door closed.
abstract contract RouterSession is ILmpRouter {
    /// @dev Calls under way: one from outside, and those of multicalls inside it.
    uint256 private transient _depth;
    /// @dev Set by the multicall right before each of its calls.
    bool private transient _pass;
    /// @dev ETH that does not belong to the session, wei.
    uint256 private transient _foreign;

    modifier session() {
        _begin();
        _;
        _end();
    }

    /// @inheritdoc ILmpRouter
    function multicall(bytes[] calldata calls) external payable session returns (bytes[] memory results) {
        results = new bytes[](calls.length);
        for (uint256 i; i < calls.length; ++i) {
            _pass = true;
            // To itself, with the caller's rights and no more; ETH is counted by balance (see above).
            results[i] = Address.functionDelegateCall(address(this), calls[i]);
            // Not used up by a view.
            _pass = false;
        }
    }

    /// @dev ETH of this session that has not been spent, wei.
    function _etherLeft() internal view returns (uint256) {
        return address(this).balance - _foreign;
    }

    function _begin() private {
        if (_pass) {
            _pass = false;
        } else {
            require(_depth == 0, Reentered());
            _foreign = address(this).balance - msg.value;
        }
        ++_depth;
    }

    function _end() private {
        if (_depth == 1) {
            uint256 unused = _etherLeft();
            if (unused != 0) Address.sendValue(payable(msg.sender), unused);
        }
        --_depth;
    }
}
