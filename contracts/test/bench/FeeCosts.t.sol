// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {ILMP} from "../../src/lmp/ILMP.sol";
import {DestinationMock} from "../mocks/lmp/DestinationMock.sol";
import {LmpBase} from "../unit/lmp/LmpBase.sol";
import {Vm} from "forge-std/Vm.sol";

/// @notice What a performance fee of 20% takes from the holders, by how often it is looked at and how much prices wobble.
contract FeeCostsTest is LmpBase {
    uint256 private constant HOLDINGS = 100e18;

    function setUp() public {
        _setUp(18, 2000);
        lmp.report();
        _deposit(alice, HOLDINGS);
    }

    /// @dev The value of all shares but the fee's, rounded down.
    function _holders() private view returns (uint256) {
        return (lmp.totalSupply() - lmp.balanceOf(sink)) * (lmp.totalAssets() + 1) / (lmp.totalSupply() + 1);
    }

    /// @dev Performance fees of a report, in assets.
    function _reportFees() private returns (uint256 fees) {
        vm.recordLogs();
        lmp.report();
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i; i < logs.length; ++i) {
            if (logs[i].topics[0] != ILMP.FeePaid.selector) continue;
            (uint256 fee,,) = abi.decode(logs[i].data, (uint256, uint256, uint256));
            fees += fee;
        }
    }

    /// @notice One unit of profit costs 0.2, to a millionth of a millionth, however often it is evaluated while it unlocks.
    function test_F4_oneProfitCostsTheSameHoweverOftenItIsLookedAt() public {
        uint256[5] memory counts = [uint256(1), 2, 6, 24, 200];
        uint256 start = vm.snapshotState();
        for (uint256 i; i < counts.length; ++i) {
            uint256 before = _holders();
            _addProfit(1e18);
            uint256 from = vm.getBlockTimestamp();
            for (uint256 j = 1; j <= counts[i]; ++j) {
                vm.warp(from + 24 hours * j / counts[i]);
                lmp.report();
            }
            uint256 cost = 1e18 - (_holders() - before);
            emit log(string.concat("profit 1, evaluations ", vm.toString(counts[i]), ": cost ", _text(cost)));
            assertApproxEqAbs(cost, 0.2e18, 1e6);
            vm.revertToState(start);
        }
    }

    /// @notice A year of daily prices 10 bp above and below the first: the fee is paid once for the first peak, and never again.
    function test_F3_aYearOfNoiseCostsOneAmplitude() public {
        DestinationMock a = _addDestination();
        _invest(a, HOLDINGS);
        uint256 amplitude = HOLDINGS / 1000;
        uint256 before = _holders();
        uint256 first;
        uint256 later;
        for (uint256 day = 1; day <= 365; ++day) {
            skip(1 days);
            uint256 price = day % 2 == 1 ? 1.001e18 : 0.999e18;
            a.setPrices(price, price, price);
            uint256 fees = _reportFees();
            // The first gain unlocks within the second day.
            if (day <= 2) first += fees;
            else later += fees;
        }
        emit log(string.concat(
                "noise of 10 bp, 365 days: first peak ", _text(first), ", phi x amplitude ", _text(amplitude / 5)
            ));
        emit log(string.concat("noise of 10 bp, 365 days: after it ", _text(later)));
        assertLe(first + later, amplitude / 5);
        assertEq(later, 0);
        a.setPrices(1e18, 1e18, 1e18);
        lmp.report();
        skip(1 days);
        lmp.report();
        assertLe(before - _holders(), amplitude / 5 + 365, "nor anything else");
    }

    /// @dev Decimal, 12 places.
    function _text(uint256 amount) private pure returns (string memory) {
        bytes memory digits = bytes(vm.toString(amount % 1e18 / 1e6 + 1e12));
        digits[0] = ".";
        return string.concat(vm.toString(amount / 1e18), string(digits));
    }
}
