// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {Headrace} from "../Headrace.sol";
import {ISignedMessages} from "./ISignedMessages.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";

/// @title Base of every contract that takes signed messages
/// @notice One EIP-712 domain and one way to recover a signer for the whole protocol. What a message binds (nonce, epoch, deadline)
/// is the matter of its struct.
abstract contract SignedMessages is ISignedMessages, EIP712 {
    string private constant VERSION = "1";

    constructor() EIP712(Headrace.NAME, VERSION) {}

    /// @notice Requires that `quorum` distinct members, or more, signed the struct.
    /// @param signatures by ascending signer; the work is bounded by the number of members, as each must be another one
    /// @return signers in the order of the signatures
    function _requireQuorum(
        bytes32 structHash,
        bytes[] calldata signatures,
        mapping(address account => bool) storage members,
        uint256 quorum
    ) internal view returns (address[] memory signers) {
        uint256 got = signatures.length;
        require(got >= quorum, QuorumNotMet(got, quorum));
        bytes32 digest = _hashTypedDataV4(structHash);
        signers = new address[](got);
        address previous;
        for (uint256 i; i < got; ++i) {
            address signer = _signerOf(digest, signatures[i], i);
            require(signer > previous, SignersNotSorted());
            require(members[signer], UnknownSigner(signer));
            signers[i] = previous = signer;
        }
    }

    /// @param index of the signature, for the error
    function _signerOf(bytes32 digest, bytes calldata signature, uint256 index) internal pure returns (address signer) {
        ECDSA.RecoverError problem;
        (signer, problem,) = ECDSA.tryRecoverCalldata(digest, signature);
        require(problem == ECDSA.RecoverError.NoError, InvalidSignature(index));
    }
}
