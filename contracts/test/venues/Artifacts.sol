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
    function create(string memory name, bytes memory args) internal returns (address) {
        return deploy(name, bytes.concat(VM.getCode(pathOf(name)), args));
    }

    function create(string memory name) internal returns (address) {
        return create(name, "");
    }

    /// @param names of the libraries the contract calls, each deployed at the address of the same index
    function createLinked(string memory name, bytes memory args, string[] memory names, address[] memory libraries)
        internal
        returns (address)
    {
        string memory path = pathOf(name);
        string memory json = VM.readFile(path);
        bytes memory code = VM.getCode(path);
        for (uint256 i; i < names.length; ++i) {
            uint256[] memory offsets = VM.parseJsonUintArray(json, string.concat(".links.", names[i]));
            for (uint256 j; j < offsets.length; ++j) {
                link(code, offsets[j], libraries[i]);
            }
        }
        return deploy(name, bytes.concat(code, args));
    }

    /// @dev The artifact has 20 zero bytes at `offset`.
    function link(bytes memory code, uint256 offset, address target) private pure {
        assembly ("memory-safe") {
            let place := add(add(code, 32), offset)
            mstore(place, or(mload(place), shl(96, target)))
        }
    }

    function pathOf(string memory name) private view returns (string memory path) {
        path = string.concat(DIRECTORY, name, ".json");
        require(VM.exists(path), ArtifactsMissing("run `npm run build -w @headrace/venues`"));
    }

    function deploy(string memory name, bytes memory code) private returns (address deployed) {
        assembly ("memory-safe") {
            deployed := create(0, add(code, 32), mload(code))
        }
        require(deployed != address(0), CreationFailed(name));
    }
}
