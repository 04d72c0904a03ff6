// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {Vm} from "forge-std/Vm.sol";

/// @title Creation of contracts from published bytecode
/// @notice The artifacts are made by `npm run build -w @headrace/venues`. Creates from the caller's own context: inside a
/// test that is the test contract, inside a broadcasting script the broadcaster.
library Artifacts {
    Vm private constant VM = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));
    string private constant DIRECTORY = "packages/venues/out/";

    error ArtifactsMissing(string todo);
    error CreationFailed(string name);

    /// @param args ABI-encoded constructor arguments
    function create(string memory name, bytes memory args) internal returns (address deployed) {
        string memory path = string.concat(DIRECTORY, name, ".json");
        require(VM.exists(path), ArtifactsMissing("run `npm run build -w @headrace/venues`"));
        bytes memory code = bytes.concat(VM.getCode(path), args);
        assembly ("memory-safe") {
            deployed := create(0, add(code, 32), mload(code))
        }
        require(deployed != address(0), CreationFailed(name));
    }

    function create(string memory name) internal returns (address) {
        return create(name, "");
    }
}
