// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {IBackingPool} from "../../../src/backing/IBackingPool.sol";
import {IRecovery} from "../../../src/backing/IRecovery.sol";
import {Recovery} from "../../../src/backing/Recovery.sol";
import {Roles} from "../../../src/governance/Roles.sol";
import {ILossLedger} from "../../../src/loss/ILossLedger.sol";
import {ILossOracle} from "../../../src/loss/ILossOracle.sol";
import {LossOracle} from "../../../src/loss/LossOracle.sol";
import {TOKE} from "../../../src/token/TOKE.sol";
import {LmpMock} from "../../mocks/oracle/LmpMock.sol";
import {LossLedgerMock} from "../../mocks/oracle/LossLedgerMock.sol";
import {PoolMock} from "../../mocks/oracle/PoolMock.sol";
import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {Test} from "forge-std/Test.sol";

/// @notice The real oracle, recovery, TOKE and access manager around a vault, a ledger and a pool that do as they are told. Two of
/// three reporters; their keys are sorted by address.
abstract contract OracleBase is Test {
    uint256 internal constant STAKE = 1_000_000e18;
    uint256 internal constant LOSS = 40e18;
    uint256 internal constant THRESHOLD = 10e18;
    uint256 internal constant HIGH = 0.96e18;
    uint256 internal constant MARK = 1e18;

    AccessManager internal access;
    TOKE internal toke;
    LossLedgerMock internal ledger;
    LmpMock internal lmp;
    PoolMock internal pool;
    Recovery internal recovery;
    LossOracle internal oracle;
    uint256[] internal keys;
    address[] internal reporters;
    address internal immutable stranger = makeAddr("stranger");

    function setUp() public virtual {
        vm.warp(1_700_000_000);
        access = new AccessManager(address(this));
        toke = new TOKE(address(this));
        ledger = new LossLedgerMock();
        lmp = new LmpMock(address(ledger));
        pool = new PoolMock(address(toke), address(lmp), address(ledger), IBackingPool.Mode.Slashing);
        recovery = new Recovery(address(access), ILossLedger(address(ledger)), address(toke));
        _addReporters(3);
        oracle = _newOracle(reporters, 2);
        bytes4[] memory selectors = new bytes4[](1);
        selectors[0] = IRecovery.open.selector;
        access.setTargetFunctionRole(address(recovery), selectors, Roles.LOSS);
        access.grantRole(Roles.LOSS, address(oracle), 0);
        oracle.setBacking(address(lmp), address(pool));

        toke.transfer(address(pool), STAKE);
        lmp.setMark(MARK);
        ledger.setCount(9);
        ledger.setWindow(3, 8, keccak256("window"), LOSS);
        ledger.setLive(LOSS, HIGH, THRESHOLD);
    }

    function _newOracle(address[] memory members, uint256 quorum) internal returns (LossOracle) {
        return
            new LossOracle(address(access), ILossLedger(address(ledger)), IRecovery(address(recovery)), members, quorum);
    }

    function _addReporters(uint256 n) private {
        for (uint256 i; i < n; ++i) {
            (address account, uint256 key) = makeAddrAndKey(string.concat("reporter", vm.toString(i)));
            uint256 slot = reporters.length;
            reporters.push();
            keys.push();
            for (; slot > 0 && reporters[slot - 1] > account; --slot) {
                (reporters[slot], keys[slot]) = (reporters[slot - 1], keys[slot - 1]);
            }
            (reporters[slot], keys[slot]) = (account, key);
        }
    }

    function _sign(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }

    /// @dev By the first `n` reporters, in order.
    function _signatures(bytes32 digest, uint256 n) internal view returns (bytes[] memory signatures) {
        signatures = new bytes[](n);
        for (uint256 i; i < n; ++i) {
            signatures[i] = _sign(keys[i], digest);
        }
    }

    function _report() internal view returns (ILossOracle.LossReport memory) {
        return oracle.currentReport(address(lmp));
    }

    function _submit() internal returns (ILossOracle.LossReport memory report) {
        report = _report();
        oracle.submit(report, _signatures(oracle.hashReport(report), 2));
    }

    function _submitAndWait() internal returns (ILossOracle.LossReport memory) {
        ILossOracle.LossReport memory report = _submit();
        skip(oracle.DELAY());
        return report;
    }

    /// @dev Nothing of it may have happened.
    function _expectUndecided() internal view {
        assertEq(ledger.executions(), 0, "executed");
        assertEq(ledger.rejected(), 0, "rejected");
        assertEq(recovery.count(), 0, "recovery");
        assertEq(toke.balanceOf(address(pool)), STAKE, "stake");
    }
}
