// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

/// @notice An account that does something when ETH arrives, and passes its failure on; or that refuses ETH.
contract EtherTakerMock {
    error Refused();

    bool public refuses;
    address public target;
    bytes public action;

    function setRefuses(bool refuses_) external {
        refuses = refuses_;
    }

    function setAction(address target_, bytes calldata action_) external {
        (target, action) = (target_, action_);
    }

    function run(address to, uint256 value, bytes calldata data) external returns (bytes memory) {
        return _call(to, value, data);
    }

    receive() external payable {
        require(!refuses, Refused());
        if (target != address(0)) _call(target, 0, action);
    }

    function _call(address to, uint256 value, bytes memory data) private returns (bytes memory answer) {
        bool success;
        (success, answer) = to.call{value: value}(data);
        if (success) return answer;
        assembly {
            revert(add(answer, 32), mload(answer))
        }
    }
}
