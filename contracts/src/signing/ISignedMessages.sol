// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

/// @title What can be wrong with the signatures of a message
/// @notice Every message the protocol takes signed is EIP-712 typed data under the domain {name: Headrace.NAME, version: "1", chainId,
/// verifyingContract}, which the contract that takes it tells by `eip712Domain()` (ERC-5267). Signatures are those of plain keys:
/// 65 bytes r, s, v, with s in the lower half and v 27 or 28.
interface ISignedMessages {
    /// @dev Not 65 bytes, s in the upper half, v neither 27 nor 28, or no key signs so.
    error InvalidSignature(uint256 index);
    /// @dev Who signed is no member. Also what a signature of another message, chain or contract looks like: it recovers to
    /// an address nobody knows.
    error UnknownSigner(address signer);
    /// @dev Signers must ascend, so that none counts twice.
    error SignersNotSorted();
    error QuorumNotMet(uint256 got, uint256 needed);
}
