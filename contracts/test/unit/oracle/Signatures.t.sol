// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {Headrace} from "../../../src/Headrace.sol";
import {ILossOracle} from "../../../src/loss/ILossOracle.sol";
import {LossOracle} from "../../../src/loss/LossOracle.sol";
import {ISignedMessages} from "../../../src/signing/ISignedMessages.sol";
import {OracleBase} from "./OracleBase.sol";

/// @notice Who may open a case: m distinct reporters who signed this struct, for this contract, on this chain.
contract SignaturesTest is OracleBase {
    uint256 private constant ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;

    function _refused(ILossOracle.LossReport memory report, bytes[] memory signatures, bytes memory reason) private {
        vm.expectRevert(reason);
        oracle.submit(report, signatures);
        assertEq(oracle.openCase(address(lmp)).openedAt, 0);
    }

    function _refused(bytes[] memory signatures, bytes memory reason) private {
        _refused(_report(), signatures, reason);
    }

    function _digest() private view returns (bytes32) {
        return oracle.hashReport(_report());
    }

    /* THE DIGEST */

    /// @dev Written out by hand, as a wallet would.
    function test_digestIsEip712() public view {
        ILossOracle.LossReport memory report = _report();
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256(bytes(Headrace.NAME)),
                keccak256("1"),
                block.chainid,
                address(oracle)
            )
        );
        bytes32 structHash = keccak256(
            abi.encode(
                keccak256(
                    "LossReport(address lmp,uint256 epoch,uint256 first,uint256 last,bytes32 windowHash,uint256 loss)"
                ),
                report.lmp,
                report.epoch,
                report.first,
                report.last,
                report.windowHash,
                report.loss
            )
        );
        assertEq(oracle.hashReport(report), keccak256(abi.encodePacked(hex"1901", domain, structHash)));
    }

    function test_domainIsTold() public view {
        (, string memory name, string memory version, uint256 chainId, address verifyingContract,,) =
            oracle.eip712Domain();
        assertEq(name, Headrace.NAME);
        assertEq(version, "1");
        assertEq(chainId, block.chainid);
        assertEq(verifyingContract, address(oracle));
    }

    /* WHO */

    function test_anyTwoOfThree() public {
        bytes32 digest = _digest();
        for (uint256 skipped; skipped < 3; ++skipped) {
            uint256 snapshot = vm.snapshotState();
            bytes[] memory signatures = new bytes[](2);
            address[] memory signers = new address[](2);
            uint256 n;
            for (uint256 i; i < 3; ++i) {
                if (i == skipped) continue;
                signatures[n] = _sign(keys[i], digest);
                signers[n++] = reporters[i];
            }
            vm.expectEmit(address(oracle));
            emit ILossOracle.CaseOpened(
                address(lmp), 0, 3, 8, keccak256("window"), LOSS, block.timestamp + 48 hours, signers
            );
            vm.prank(stranger);
            oracle.submit(_report(), signatures);
            assertEq(oracle.openCase(address(lmp)).openedAt, block.timestamp);
            vm.revertToStateAndDelete(snapshot);
        }
    }

    function test_allThree() public {
        oracle.submit(_report(), _signatures(_digest(), 3));
        assertEq(oracle.openCase(address(lmp)).loss, LOSS);
    }

    function test_quorumLessOne() public {
        _refused(_signatures(_digest(), 1), abi.encodeWithSelector(ISignedMessages.QuorumNotMet.selector, 1, 2));
        _refused(new bytes[](0), abi.encodeWithSelector(ISignedMessages.QuorumNotMet.selector, 0, 2));
    }

    function test_duplicateSigner() public {
        bytes[] memory signatures = _signatures(_digest(), 2);
        signatures[1] = signatures[0];
        _refused(signatures, abi.encodeWithSelector(ISignedMessages.SignersNotSorted.selector));
    }

    function test_unsorted() public {
        bytes[] memory signatures = _signatures(_digest(), 2);
        (signatures[0], signatures[1]) = (signatures[1], signatures[0]);
        _refused(signatures, abi.encodeWithSelector(ISignedMessages.SignersNotSorted.selector));
    }

    function test_oneSignatureTooManyIsNoDifference() public {
        bytes[] memory signatures = new bytes[](3);
        bytes[] memory two = _signatures(_digest(), 2);
        (signatures[0], signatures[1], signatures[2]) = (two[0], two[1], two[1]);
        _refused(signatures, abi.encodeWithSelector(ISignedMessages.SignersNotSorted.selector));
    }

    function testFuzz_unknownSigner(uint256 key) public {
        key = bound(key, 1, ORDER - 1);
        address signer = vm.addr(key);
        vm.assume(!oracle.isReporter(signer));
        bytes32 digest = _digest();
        bytes[] memory signatures = new bytes[](2);
        bool first = signer < reporters[0];
        signatures[first ? 0 : 1] = _sign(key, digest);
        signatures[first ? 1 : 0] = _sign(keys[0], digest);
        _refused(signatures, abi.encodeWithSelector(ISignedMessages.UnknownSigner.selector, signer));
    }

    /* WHAT */

    function test_signaturesOfAnotherChain() public {
        uint256 here = block.chainid;
        vm.chainId(here + 1);
        bytes32 there = _digest();
        vm.chainId(here);
        assertNotEq(there, _digest());
        _expectUnknown(there);
    }

    /// @dev The contract's own digest follows the chain it is on, as after a fork.
    function test_signaturesOfThisChainOnAFork() public {
        bytes32 here = _digest();
        vm.chainId(block.chainid + 1);
        _expectUnknown(here);
    }

    function test_signaturesForAnotherContract() public {
        LossOracle other = _newOracle(reporters, 2);
        _expectUnknown(other.hashReport(_report()));
    }

    function testFuzz_signaturesOfAnotherReport(ILossOracle.LossReport memory other) public {
        bytes32 digest = oracle.hashReport(other);
        vm.assume(digest != _digest());
        _expectUnknown(digest);
    }

    /// @dev The signatures recover to addresses nobody knows; which error names them depends on their order.
    function _expectUnknown(bytes32 digest) private {
        bytes[] memory signatures = _signatures(digest, 2);
        bytes32 own = _digest();
        address first = _recover(own, signatures[0]);
        address second = _recover(own, signatures[1]);
        assertFalse(oracle.isReporter(first) || oracle.isReporter(second));
        if (first > second) (signatures[0], signatures[1], first) = (signatures[1], signatures[0], second);
        _refused(signatures, abi.encodeWithSelector(ISignedMessages.UnknownSigner.selector, first));
    }

    function _recover(bytes32 digest, bytes memory signature) private pure returns (address) {
        (bytes32 r, bytes32 s, uint8 v) = _parts(signature);
        return ecrecover(digest, v, r, s);
    }

    /* HOW */

    function test_malformed() public {
        bytes memory good = _signatures(_digest(), 2)[1];
        (bytes32 r, bytes32 s, uint8 v) = _parts(good);
        bytes[] memory bad = new bytes[](9);
        bad[0] = "";
        bad[1] = abi.encodePacked(r, s);
        bad[2] = bytes.concat(good, hex"00");
        // The same signature in its 64-byte form (EIP-2098) and with s in the upper half.
        bad[3] = abi.encodePacked(r, bytes32(uint256(s) | (uint256(v - 27) << 255)));
        bad[4] = abi.encodePacked(r, bytes32(ORDER - uint256(s)), v == 27 ? uint8(28) : uint8(27));
        bad[5] = abi.encodePacked(r, s, v - 27);
        bad[6] = abi.encodePacked(r, s, uint8(29));
        bad[7] = abi.encodePacked(bytes32(0), s, v);
        bad[8] = abi.encodePacked(r, bytes32(0), v);
        for (uint256 i; i < bad.length; ++i) {
            bytes[] memory signatures = _signatures(_digest(), 2);
            signatures[1] = bad[i];
            _refused(signatures, abi.encodeWithSelector(ISignedMessages.InvalidSignature.selector, 1));
        }
    }

    /// @dev Whatever the bytes, a named error, and nothing is stored.
    function testFuzz_garbage(bytes memory garbage) public {
        bytes[] memory signatures = _signatures(_digest(), 2);
        signatures[0] = garbage;
        vm.assume(keccak256(garbage) != keccak256(_signatures(_digest(), 1)[0]));
        ILossOracle.LossReport memory report = _report();
        try oracle.submit(report, signatures) {
            revert("garbage opened a case");
        } catch (bytes memory reason) {
            bytes4 selector = bytes4(reason);
            assertTrue(
                selector == ISignedMessages.InvalidSignature.selector
                    || selector == ISignedMessages.UnknownSigner.selector
                    || selector == ISignedMessages.SignersNotSorted.selector,
                "named"
            );
        }
        assertEq(oracle.openCase(address(lmp)).openedAt, 0);
    }

    function _parts(bytes memory signature) private pure returns (bytes32 r, bytes32 s, uint8 v) {
        assembly ("memory-safe") {
            r := mload(add(signature, 0x20))
            s := mload(add(signature, 0x40))
            v := byte(0, mload(add(signature, 0x60)))
        }
    }

    /* WHEN */

    function test_signerRemovedBefore() public {
        bytes[] memory signatures = _signatures(_digest(), 2);
        address removed = reporters[0];
        oracle.setReporters(_without(0), 2);
        _refused(signatures, abi.encodeWithSelector(ISignedMessages.UnknownSigner.selector, removed));
    }

    function test_signerRemovedAfter() public {
        _submitAndWait();
        oracle.setReporters(_without(0), 2);
        oracle.execute(address(lmp));
        assertEq(ledger.executions(), 1);
    }

    function _without(uint256 removed) private view returns (address[] memory left) {
        left = new address[](2);
        uint256 n;
        for (uint256 i; i < 3; ++i) {
            if (i != removed) left[n++] = reporters[i];
        }
    }
}
