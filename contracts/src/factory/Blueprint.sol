// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {Bytes} from "@openzeppelin/contracts/utils/Bytes.sol";

/// @title Creation code kept in a contract that nobody can call (ERC-5202, version 0, no data section)
library Blueprint {
    /// @dev 0xFE is an invalid instruction, 0x71 names the standard, 0x00 is version 0 without data.
    bytes3 internal constant PREAMBLE = 0xfe7100;
    /// @notice Most creation code one blueprint holds: EIP-170's limit less the preamble.
    uint256 internal constant MAX_CODE = 24_576 - 3;

    /// @dev Empty, or more than fits into one contract.
    error InvalidCodeSize(uint256 size);
    /// @dev No contract, or not one that begins as a blueprint and goes on.
    error NotABlueprint(address blueprint);

    /// @notice The creation code whose deployment leaves a blueprint of `code`.
    /// @dev PUSH2 size, RETURNDATASIZE, DUP2, PUSH1 10, RETURNDATASIZE, CODECOPY, RETURN: returns all that follows these ten bytes.
    function deployerOf(bytes memory code) internal pure returns (bytes memory) {
        require(code.length != 0 && code.length <= MAX_CODE, InvalidCodeSize(code.length));
        // forge-lint: disable-next-line(unsafe-typecast) at most 24,576
        uint16 size = uint16(code.length + 3);
        return abi.encodePacked(hex"61", size, hex"3d81600a3d39f3", PREAMBLE, code);
    }

    /// @notice `deployerOf` for each of the blueprints that hold `code` together; the second empty where one is enough.
    function deployersOf(bytes memory code) internal pure returns (bytes memory head, bytes memory tail) {
        head = deployerOf(code.length > MAX_CODE ? Bytes.slice(code, 0, MAX_CODE) : code);
        if (code.length > MAX_CODE) tail = deployerOf(Bytes.slice(code, MAX_CODE));
    }

    /// @notice The creation code in `blueprint`.
    function codeOf(address blueprint) internal view returns (bytes memory code) {
        bytes memory all = blueprint.code;
        // The first three bytes are what is compared.
        // forge-lint: disable-next-line(unsafe-typecast)
        require(all.length > 3 && bytes3(all) == PREAMBLE, NotABlueprint(blueprint));
        code = new bytes(all.length - 3);
        assembly ("memory-safe") {
            mcopy(add(code, 32), add(all, 35), mload(code))
        }
    }
}
