// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

/// @notice Deterministic, resumable deployment through the canonical CREATE2 factory: the address depends on the bytecode
/// and its arguments alone, and what is already there is not deployed again.
library Create2 {
    /// @dev The deterministic deployment proxy; present on every major chain and on anvil.
    address internal constant FACTORY = 0x4e59b44847b379578588920cA78FbF26c0B4956C;
    bytes32 internal constant SALT = keccak256("headrace.v1");

    error FactoryMissing();
    error DeploymentFailed(address expected);

    function addressOf(bytes memory initCode) internal pure returns (address) {
        return address(uint160(uint256(keccak256(abi.encodePacked(bytes1(0xff), FACTORY, SALT, keccak256(initCode))))));
    }

    /// @return deployed the contract's address
    /// @return fresh whether this call created it
    function deploy(bytes memory initCode) internal returns (address deployed, bool fresh) {
        require(FACTORY.code.length != 0, FactoryMissing());
        deployed = addressOf(initCode);
        if (deployed.code.length != 0) return (deployed, false);
        (bool success,) = FACTORY.call(abi.encodePacked(SALT, initCode));
        require(success && deployed.code.length != 0, DeploymentFailed(deployed));
        fresh = true;
    }
}
