// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {Roles} from "../../../src/governance/Roles.sol";
import {ILMP, Leg, LmpParams} from "../../../src/lmp/ILMP.sol";
import {ILmpConfigurator} from "../../../src/lmp/ILmpConfigurator.sol";
import {LMP} from "../../../src/lmp/LMP.sol";
import {LmpConfigurator} from "../../../src/lmp/LmpConfigurator.sol";
import {AssetMock} from "../../mocks/lmp/AssetMock.sol";
import {DestinationMock} from "../../mocks/lmp/DestinationMock.sol";
import {GateMock} from "../../mocks/lmp/GateMock.sol";
import {LmpBase} from "./LmpBase.sol";
import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";
import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {SafeCastLib} from "solady/utils/SafeCastLib.sol";

/// @notice Every named error, and that the call changed nothing.
contract LmpErrorsTest is LmpBase {
    DestinationMock private destination;

    function setUp() public {
        _setUp(18, 2000);
        destination = _addDestination();
        lmp.report();
        _deposit(alice, 100e18);
        _invest(destination, 40e18);
    }

    modifier changesNothing() {
        bytes32 before = _state();
        _;
        assertEq(_state(), before, "the call changed something");
    }

    function _state() private view returns (bytes32) {
        bytes memory settings = abi.encode(
            lmp.cap(),
            lmp.feeBps(),
            lmp.feeRecipient(),
            lmp.gate(),
            lmp.lossLedger(),
            lmp.managementFeeBps(),
            lmp.managementFeeRecipient()
        );
        bytes memory held = abi.encode(asset.balanceOf(address(lmp)), destination.balanceOf(address(lmp)));
        bytes memory book = abi.encode(lmp.book(), lmp.totalSupply(), lmp.lossMark(), lmp.destinations());
        return keccak256(bytes.concat(settings, held, book, abi.encode(lmp.destinationState(address(destination)))));
    }

    function _revert(bytes4 selector, bytes memory call) private changesNothing {
        vm.expectRevert(selector);
        _call(call);
    }

    function _revert(bytes memory reason, bytes memory call) private changesNothing {
        vm.expectRevert(reason);
        _call(call);
    }

    /// @dev Of a low-level call forge answers whether it failed as expected; by itself it fails no test.
    function _call(bytes memory call) private {
        (bool asExpected,) = address(lmp).call(call);
        assertTrue(asExpected, "not refused, or for another reason");
    }

    /* ZEROS */

    function test_zeroAmounts() public {
        _revert(ILMP.ZeroAmount.selector, abi.encodeCall(IERC4626.deposit, (0, alice)));
        _revert(ILMP.ZeroAmount.selector, abi.encodeCall(lmp.mint, (0, alice)));
        _revert(ILMP.ZeroAmount.selector, abi.encodeCall(lmp.withdraw, (0, alice, alice)));
        _revert(ILMP.ZeroAmount.selector, abi.encodeCall(IERC4626.redeem, (0, alice, alice)));
        _revert(ILMP.ZeroAmount.selector, abi.encodeCall(lmp.redeemInKind, (0, alice)));
        _revert(ILMP.ZeroAmount.selector, abi.encodeCall(lmp.addProfit, (0)));
    }

    function test_F8_depositThatBuysNoShareAndRedeemThatPaysNothing() public {
        // A share is worth more than one base unit after a profit.
        _addProfit(1000e18);
        skip(12 hours);
        lmp.report();
        assertEq(lmp.previewDeposit(1), 0);
        _revert(ILMP.ZeroAmount.selector, abi.encodeCall(IERC4626.deposit, (1, alice)));
    }

    function test_zeroAddresses() public {
        _revert(ILMP.ZeroAddress.selector, abi.encodeCall(IERC4626.deposit, (1e18, address(0))));
        _revert(ILMP.ZeroAddress.selector, abi.encodeCall(lmp.mint, (1e18, address(0))));
        _revert(ILMP.ZeroAddress.selector, abi.encodeCall(lmp.withdraw, (1e18, address(0), alice)));
        _revert(ILMP.ZeroAddress.selector, abi.encodeCall(IERC4626.redeem, (1e18, address(0), alice)));
        _revert(ILMP.ZeroAddress.selector, abi.encodeCall(lmp.redeemInKind, (1e18, address(0))));
        _refused(ILMP.ZeroAddress.selector, abi.encodeCall(configurator.setFee, (lmp, 100, address(0))));
        _refused(ILMP.ZeroAddress.selector, abi.encodeCall(configurator.setManagementFee, (lmp, 100, address(0))));
        vm.expectRevert(ILmpConfigurator.ZeroAddress.selector);
        new LmpConfigurator(address(0));
    }

    function test_constructor() public {
        LmpParams memory p = _params(address(0), 0, 0);
        vm.expectRevert(ILMP.ZeroAddress.selector);
        new LMP(p);
        p = _params(address(asset), 0, 0);
        p.configurator = address(0);
        vm.expectRevert(ILMP.ZeroAddress.selector);
        new LMP(p);
        p = _params(address(asset), 0, 0);
        p.gate = alice;
        vm.expectRevert(abi.encodeWithSelector(ILMP.InvalidGate.selector, alice));
        new LMP(p);
        p = _params(address(asset), 0, 0);
        p.lossLedger = alice;
        vm.expectRevert(abi.encodeWithSelector(ILMP.InvalidLossLedger.selector, alice));
        new LMP(p);
        p = _params(address(asset), 0, 0);
        p.feeRecipient = address(0);
        vm.expectRevert(ILMP.ZeroAddress.selector);
        new LMP(p);
        assertEq(new LMP(_params(address(asset), 3000, 0)).feeBps(), 3000, "the highest fee is one");
        p = _params(address(asset), 3001, 0);
        vm.expectRevert(abi.encodeWithSelector(ILMP.InvalidFee.selector, 3001));
        new LMP(p);
        uint256 tooMuch = configurator.MAX_CAP() + 1;
        p = _params(address(asset), 0, tooMuch);
        vm.expectRevert(abi.encodeWithSelector(ILMP.InvalidCap.selector, tooMuch));
        new LMP(p);
    }

    /* AGE */

    function test_entriesNeedACleanBookExitsAReport() public {
        skip(24 hours - 1);
        assertTrue(lmp.isFresh());
        skip(1);
        assertFalse(lmp.isFresh());
        assertEq(lmp.maxDeposit(alice) + lmp.maxMint(alice) + lmp.maxRedeem(alice) + lmp.maxWithdraw(alice), 0);
        _revert(ILMP.NotFresh.selector, abi.encodeCall(IERC4626.deposit, (1e18, alice)));
        _revert(ILMP.NotFresh.selector, abi.encodeCall(lmp.mint, (1e18, alice)));
        _revert(ILMP.NotFresh.selector, abi.encodeCall(lmp.withdraw, (1e18, alice, alice)));
        _revert(ILMP.NotFresh.selector, abi.encodeCall(IERC4626.redeem, (1e18, alice, alice)));

        destination.setAnswer(DestinationMock.Answer.Unsafe);
        lmp.report();
        _revert(ILMP.NotFresh.selector, abi.encodeCall(IERC4626.deposit, (1e18, alice)));
        vm.prank(alice);
        lmp.redeem(1e18, alice, alice);
    }

    /* LIMITS */

    function test_cap() public {
        vm.prank(risk);
        configurator.lowerCap(lmp, 101e18);
        uint256 room = lmp.maxDeposit(alice);
        assertEq(room, 1e18 - seed);
        _revert(ILMP.CapExceeded.selector, abi.encodeCall(IERC4626.deposit, (room + 1, alice)));
        _deposit(alice, room);
        assertEq(lmp.maxDeposit(alice), 0);
        assertEq(lmp.maxMint(alice), 0);
        _revert(ILMP.CapExceeded.selector, abi.encodeCall(lmp.mint, (1, alice)));
    }

    function test_invalidCaps() public {
        uint256 now_ = lmp.cap();
        uint256 tooMuch = configurator.MAX_CAP() + 1;
        _refused(
            abi.encodeWithSelector(ILmpConfigurator.InvalidCap.selector, now_),
            abi.encodeCall(configurator.raiseCap, (lmp, now_))
        );
        _refused(
            abi.encodeWithSelector(ILmpConfigurator.InvalidCap.selector, tooMuch),
            abi.encodeCall(configurator.raiseCap, (lmp, tooMuch))
        );
        vm.startPrank(risk);
        vm.expectRevert(abi.encodeWithSelector(ILmpConfigurator.InvalidCap.selector, now_));
        configurator.lowerCap(lmp, now_);
        configurator.lowerCap(lmp, 0);
        assertEq(lmp.cap(), 0);
    }

    function test_M3_invalidFee() public {
        _refused(
            abi.encodeWithSelector(ILmpConfigurator.InvalidFee.selector, 3001),
            abi.encodeCall(configurator.setFee, (lmp, 3001, sink))
        );
    }

    function test_idleIsAllThereIs() public {
        uint256 idle = lmp.book().idle;
        assertEq(lmp.maxWithdraw(alice), idle);
        vm.startPrank(alice);
        vm.expectRevert(abi.encodeWithSelector(ILMP.InsufficientIdle.selector, idle));
        lmp.withdraw(idle + 1, alice, alice);
        uint256 max = lmp.maxRedeem(alice);
        vm.expectPartialRevert(ILMP.InsufficientLiquidity.selector);
        lmp.redeem(max + 10, alice, alice);
        lmp.redeem(max, alice, alice);
        assertApproxEqAbs(lmp.book().idle, 0, 2);
    }

    function test_notTheOwnersShares() public {
        vm.startPrank(bob);
        bytes memory reason = abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, bob, 0, 1e18);
        vm.expectRevert(reason);
        lmp.redeem(1e18, bob, alice);
        vm.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InsufficientBalance.selector, bob, 0, 1e18));
        lmp.redeemInKind(1e18, bob);
    }

    /// @dev Everything is lost: shares stay, and so does their number.
    function test_B5_priceTooLow() public {
        uint256 idle = lmp.maxWithdraw(alice);
        vm.prank(alice);
        lmp.withdraw(idle, alice, alice);
        destination.setPrices(0, 0, 0);
        lmp.report();
        assertEq(lmp.maxDeposit(alice) + lmp.maxMint(alice), 0);
        _revert(ILMP.PriceTooLow.selector, abi.encodeCall(IERC4626.deposit, (1e18, alice)));
        _revert(ILMP.PriceTooLow.selector, abi.encodeCall(lmp.mint, (1e18, alice)));
    }

    function test_feeOnTransferIsRefused() public {
        asset.setFee(10);
        asset.mint(address(this), 10e18);
        asset.approve(address(lmp), 10e18);
        bytes memory reason = abi.encodeWithSelector(ILMP.InexactTransfer.selector, address(asset));
        _revert(reason, abi.encodeCall(IERC4626.deposit, (1e18, alice)));
        _revert(reason, abi.encodeCall(lmp.addProfit, (1e18)));
    }

    function test_profitBeyondTheRangeOfIdle() public {
        uint256 idle = lmp.book().idle;
        uint256 tooMuch = uint256(type(uint96).max) - idle + 1;
        _revert(abi.encodeWithSelector(SafeCastLib.Overflow.selector), abi.encodeCall(lmp.addProfit, (tooMuch)));
    }

    /* DESTINATIONS */

    function test_H2_addDestination() public {
        _refused(
            abi.encodeWithSelector(ILMP.DuplicateDestination.selector, address(destination)),
            abi.encodeCall(configurator.addDestination, (lmp, address(destination)))
        );
        address[4] memory wrong =
            [address(new DestinationMock(alice, 1e18)), address(asset), alice, address(new Nonsense())];
        for (uint256 i; i < wrong.length; ++i) {
            _refused(
                abi.encodeWithSelector(ILmpConfigurator.InvalidDestination.selector, wrong[i]),
                abi.encodeCall(configurator.addDestination, (lmp, wrong[i]))
            );
        }
        for (uint256 i = 1; i < 20; ++i) {
            _addDestination();
        }
        address last = address(new DestinationMock(address(lmp), 1e18));
        _refused(ILMP.TooManyDestinations.selector, abi.encodeCall(configurator.addDestination, (lmp, last)));
        vm.expectRevert(abi.encodeWithSelector(ILMP.UnknownDestination.selector, alice));
        lmp.destinationState(alice);
    }

    /* ROLES */

    /// @dev The curator (and governor), the risk role, the guardian and a stranger: each may call only what its role names.
    function test_M2_wrongRoles() public {
        bytes[13] memory restricted = [
            abi.encodeCall(configurator.addDestination, (lmp, alice)),
            abi.encodeCall(configurator.removeDestination, (lmp, alice)),
            abi.encodeCall(configurator.reopenDestination, (lmp, alice)),
            abi.encodeCall(configurator.setClosingSlippage, (lmp, alice, 1e18)),
            abi.encodeCall(configurator.setGate, (lmp, alice)),
            abi.encodeCall(configurator.setLossLedger, (lmp, address(ledger))),
            abi.encodeCall(configurator.setManagementFee, (lmp, 1, alice)),
            abi.encodeCall(configurator.setFee, (lmp, 1, alice)),
            abi.encodeCall(configurator.raiseCap, (lmp, 1)),
            abi.encodeCall(configurator.lowerCap, (lmp, 1)),
            abi.encodeCall(configurator.closeDestination, (lmp, alice)),
            abi.encodeCall(configurator.pause, (lmp)),
            abi.encodeCall(configurator.unpause, (lmp))
        ];
        for (uint256 i; i < restricted.length; ++i) {
            _unauthorized(alice, restricted[i]);
            if (i != 9) _unauthorized(risk, restricted[i]);
            if (i < 10) _unauthorized(guardian, restricted[i]);
            if (i >= 9) _unauthorized(address(this), restricted[i]);
        }
    }

    function _unauthorized(address caller, bytes memory call) private {
        vm.startPrank(caller);
        _refused(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, caller), call);
        vm.stopPrank();
    }

    function _refused(bytes4 reason, bytes memory call) private {
        _refused(abi.encodeWithSelector(reason), call);
    }

    /// @dev A call of the configurator that changes nothing.
    function _refused(bytes memory reason, bytes memory call) private {
        bytes32 before = _state();
        vm.expectRevert(reason);
        Address.functionCall(address(configurator), call);
        assertEq(_state(), before);
    }

    function test_aGateHasCode() public {
        _refused(
            abi.encodeWithSelector(ILmpConfigurator.InvalidGate.selector, alice),
            abi.encodeCall(configurator.setGate, (lmp, alice))
        );
    }

    function test_rolesDoWhatTheyMay() public {
        GateMock next = new GateMock();
        vm.expectEmit(address(lmp));
        emit ILMP.PolicySet(address(next), address(ledger));
        configurator.setGate(lmp, address(next));
        assertEq(lmp.gate(), address(next));
        uint256 raised = lmp.cap() + 1;
        vm.expectEmit(address(lmp));
        emit ILMP.CapSet(raised);
        configurator.raiseCap(lmp, raised);
        assertEq(lmp.cap(), raised);
        vm.expectEmit(address(lmp));
        emit ILMP.FeesSet(0, bob, 0, sink);
        configurator.setFee(lmp, 0, bob);
        assertEq(lmp.feeBps(), 0);
        assertEq(lmp.feeRecipient(), bob);
    }

    /* REENTRY */

    function test_C6_noReentryFromTheCallback() public {
        asset.mint(address(solver), 100e18);
        bytes[11] memory calls = [
            abi.encodeCall(lmp.report, ()),
            abi.encodeCall(lmp.addProfit, (1)),
            abi.encodeCall(IERC4626.deposit, (1e18, alice)),
            abi.encodeCall(lmp.mint, (1e18, alice)),
            abi.encodeCall(lmp.withdraw, (1, alice, alice)),
            abi.encodeCall(IERC4626.redeem, (1, alice, alice)),
            abi.encodeCall(lmp.redeemInKind, (1, alice)),
            abi.encodeCall(lmp.rebalance, (_leg(address(0), 1), _leg(address(destination), 1), "")),
            abi.encodeCall(configurator.setFee, (lmp, 0, bob)),
            abi.encodeCall(configurator.setManagementFee, (lmp, 0, bob)),
            abi.encodeCall(configurator.setLossLedger, (lmp, address(ledger)))
        ];
        authority.grantRole(Roles.GOVERNOR, address(solver), 0);
        authority.grantRole(Roles.CURATOR, address(solver), 0);
        for (uint256 i; i < calls.length; ++i) {
            solver.setAction(address(i < 8 ? address(lmp) : address(configurator)), calls[i]);
            bytes32 before = _state();
            vm.expectRevert(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector);
            solver.run(lmp, _leg(address(0), 1e18), _leg(address(destination), 1e18));
            assertEq(_state(), before);
        }
    }
}

/// @dev A contract whose every answer is one word that is no address.
contract Nonsense {
    fallback() external {
        assembly {
            mstore(0, not(0))
            return(0, 32)
        }
    }
}
