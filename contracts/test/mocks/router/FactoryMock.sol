// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

/// @notice What the router asks of a factory; lists whatever the test wants, so that the router meets vaults no factory would make.
contract FactoryMock {
    mapping(address => bool) public isOpen;

    function list(address lmp) external {
        isOpen[lmp] = true;
    }

    function isLmp(address lmp) external view returns (bool) {
        return isOpen[lmp];
    }
}
