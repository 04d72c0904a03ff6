// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {ILmpFactory} from "../../../src/factory/ILmpFactory.sol";
import {ILmpRouter, InKindExit, Minimum} from "../../../src/router/ILmpRouter.sol";
import {LmpRouter} from "../../../src/router/LmpRouter.sol";
import {EtherTakerMock} from "../../mocks/router/EtherTakerMock.sol";
import {FactoryMock} from "../../mocks/router/FactoryMock.sol";
import {HostileVaultMock} from "../../mocks/router/HostileVaultMock.sol";
import {PermitMock} from "../../mocks/router/PermitMock.sol";
import {RouterBase} from "./RouterBase.sol";
import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @notice Family A: what a stranger, a false address, a race or the caller himself can do wrong.
contract RouterAttacksTest is RouterBase {
    address private immutable mallory = makeAddr("mallory");
    LmpRouter private wild;
    HostileVaultMock private hostile;

    function setUp() public {
        _setUpRouter(18);
        FactoryMock anything = new FactoryMock();
        wild = new LmpRouter(ILmpFactory(address(anything)), address(weth));
        hostile = new HostileVaultMock(weth);
        anything.list(address(hostile));
        vm.deal(alice, 10 ether);
        vm.prank(alice);
        weth.deposit{value: 5 ether}();
    }

    /// @dev One call of every way in and out.
    function _everyCall(address vault, address receiver, uint256 deadline) private pure returns (bytes[] memory calls) {
        calls = new bytes[](8);
        calls[0] = abi.encodeCall(ILmpRouter.deposit, (vault, 1e18, receiver, 0, deadline));
        calls[1] = abi.encodeCall(ILmpRouter.mint, (vault, 1e18, receiver, type(uint256).max, deadline));
        calls[2] = abi.encodeCall(ILmpRouter.depositETH, (vault, 1e18, receiver, 0, deadline));
        calls[3] = abi.encodeCall(ILmpRouter.withdraw, (vault, 1e18, receiver, type(uint256).max, deadline));
        calls[4] = abi.encodeCall(ILmpRouter.redeem, (vault, 1e18, receiver, 0, deadline));
        calls[5] = abi.encodeCall(ILmpRouter.redeemETH, (vault, 1e18, receiver, 0, deadline));
        for (uint256 i; i < 2; ++i) {
            InKindExit memory exit =
                InKindExit(vault, 1e18, receiver, i == 1, new address[](0), new Minimum[](0), deadline);
            calls[6 + i] = abi.encodeCall(ILmpRouter.redeemInKind, (exit));
        }
    }

    function _expectAll(bytes[] memory calls, bytes memory reason) private {
        for (uint256 i; i < calls.length; ++i) {
            vm.prank(alice);
            (bool success, bytes memory answer) = address(router).call{value: 1 ether}(calls[i]);
            assertFalse(success);
            assertEq(answer, reason, vm.toString(i));
            assertEq(alice.balance, 5 ether);
        }
    }

    function _calls(bytes memory first, bytes memory second) private pure returns (bytes[] memory list) {
        list = new bytes[](2);
        (list[0], list[1]) = (first, second);
    }

    /* A1 */

    function test_A1_etherSentWithATokenComesBack() public {
        vm.startPrank(alice);
        weth.approve(address(router), 1 ether);
        router.deposit{value: 2 ether}(address(wethLmp), 1 ether, alice, 1 ether, LATER);
        assertEq(weth.balanceOf(alice), 4 ether, "pulled once");
        assertEq(alice.balance, 5 ether, "came back");
        assertEq(wethLmp.balanceOf(alice), 1 ether);
    }

    function test_A1_aValueIsCountedOnce() public {
        bytes memory call = abi.encodeCall(ILmpRouter.depositETH, (address(wethLmp), 1 ether, alice, 0, LATER));
        vm.startPrank(alice);
        vm.expectRevert(abi.encodeWithSelector(ILmpRouter.NotEnoughEther.selector, 0, 1 ether));
        router.multicall{value: 1 ether}(_calls(call, call));

        bytes memory nested = abi.encodeCall(ILmpRouter.multicall, (_calls(call, call)));
        vm.expectRevert(abi.encodeWithSelector(ILmpRouter.NotEnoughEther.selector, 0.5 ether, 1 ether));
        router.multicall{value: 2.5 ether}(_calls(nested, call));

        router.multicall{value: 3.5 ether}(_calls(nested, call));
        assertEq(wethLmp.balanceOf(alice), 3 ether);
        assertEq(alice.balance, 2 ether);
        assertEq(weth.balanceOf(alice), 5 ether, "nothing was pulled");
    }

    /// @dev ETH that was forced in is not the caller's to wrap.
    function test_A1_foreignEtherIsNotWrapped() public {
        vm.deal(address(router), 5 ether);
        vm.prank(mallory);
        vm.expectRevert(abi.encodeWithSelector(ILmpRouter.NotEnoughEther.selector, 0, 1 ether));
        router.depositETH(address(wethLmp), 1 ether, mallory, 0, LATER);
    }

    /* A2 */

    function test_A2_whatLiesHereIsNotSweptByAThirdParty() public {
        vm.deal(address(router), 1 ether);
        vm.prank(alice);
        weth.transfer(address(router), 1 ether);
        wethLmp.report();
        vm.deal(mallory, 3 ether);
        vm.startPrank(mallory);
        router.depositETH{value: 2 ether}(address(wethLmp), 1 ether, mallory, 0, LATER);
        wethLmp.approve(address(router), type(uint256).max);
        router.redeemETH(address(wethLmp), 0.5 ether, mallory, 0, LATER);
        router.redeem(address(wethLmp), 0.5 ether, mallory, 0, LATER);
        router.multicall(new bytes[](0));
        assertEq(mallory.balance + weth.balanceOf(mallory), 3 ether, "his own and no more");
        assertEq(address(router).balance, 1 ether);
        assertEq(weth.balanceOf(address(router)), 1 ether);
    }

    function test_A2_leftoversGoToTheCaller(uint256 takenBps) public {
        takenBps = bound(takenBps, 0, 10_000);
        hostile.setTaken(takenBps);
        vm.deal(address(wild), 1 ether);
        vm.startPrank(alice);
        weth.transfer(address(wild), 1 ether);
        weth.approve(address(wild), 2 ether);
        wild.deposit(address(hostile), 1 ether, bob, 0, LATER);
        wild.mint(address(hostile), 1 ether, bob, 1 ether, LATER);
        wild.depositETH{value: 1 ether}(address(hostile), 1 ether, bob, 0, LATER);
        assertEq(weth.balanceOf(alice), 5 ether - 3 * (1 ether * takenBps / 10_000));
        assertEq(weth.balanceOf(bob), 0, "not to the receiver");
        assertEq(weth.balanceOf(address(wild)), 1 ether);
        assertEq(weth.allowance(address(wild), address(hostile)), 0);
        assertEq(address(wild).balance, 1 ether);
    }

    /* A3 */

    function test_A3_falseVaultsAreRefused() public {
        address[3] memory wrong = [address(hostile), mallory, address(weth)];
        for (uint256 i; i < wrong.length; ++i) {
            _expectAll(
                _everyCall(wrong[i], alice, LATER), abi.encodeWithSelector(ILmpRouter.UnknownVault.selector, wrong[i])
            );
        }
    }

    function test_A3_aRetiredVaultTakesNobodyInAndLetsEverybodyOut() public {
        vm.startPrank(alice);
        router.depositETH{value: 3 ether}(address(wethLmp), 3 ether, alice, 0, LATER);
        wethLmp.approve(address(router), type(uint256).max);
        weth.approve(address(router), type(uint256).max);
        vm.stopPrank();
        factory.retire(address(wethLmp));
        bytes[] memory calls = _everyCall(address(wethLmp), alice, LATER);
        for (uint256 i; i < 6; ++i) {
            vm.prank(alice);
            (bool success, bytes memory answer) = address(router).call{value: 1 ether}(calls[i]);
            assertEq(success, i > 2);
            if (success) continue;
            assertEq(answer, abi.encodeWithSelector(ILmpRouter.UnknownVault.selector, address(wethLmp)));
        }
        assertEq(wethLmp.balanceOf(alice), 0);
    }

    function test_A3_aFalseTokenGivesNoPermit() public {
        vm.startPrank(alice);
        vm.expectRevert(abi.encodeWithSelector(ILmpRouter.NoContract.selector, mallory));
        router.selfPermit(mallory, 1, LATER, 0, 0, 0);
        vm.expectRevert(abi.encodeWithSelector(ILmpRouter.PermitFailed.selector, weth));
        router.selfPermit(address(weth), 1, LATER, 0, 0, 0);
    }

    /* A4: beside every flow in RouterFlowsTest */

    function test_A4_noApprovalIsLeftBehind() public {
        vm.startPrank(alice);
        weth.approve(address(router), 2 ether);
        router.deposit(address(wethLmp), 1 ether, alice, 0, LATER);
        router.mint(address(wethLmp), 1 ether, alice, 1 ether, LATER);
        router.depositETH{value: 1 ether}(address(wethLmp), 1 ether, alice, 0, LATER);
        assertEq(weth.allowance(address(router), address(wethLmp)), 0);
        hostile.setTaken(1);
        weth.approve(address(wild), 1 ether);
        wild.deposit(address(hostile), 1 ether, alice, 0, LATER);
        assertEq(weth.allowance(address(wild), address(hostile)), 0);
    }

    /* A5 */

    function test_A5_aPermitSomebodyUsedFirstIsNoHindrance(bool raced) public {
        PermitMock token = new PermitMock();
        token.mint(address(this), seed);
        address vault = address(_create(address(token)));
        (address owner, uint256 key) = makeAddrAndKey("owner");
        token.mint(owner, 1e18);
        (uint8 v, bytes32 r, bytes32 s) = _permit(token, owner, key, 1e18);
        bytes[] memory calls = _calls(
            abi.encodeCall(ILmpRouter.selfPermit, (address(token), 1e18, LATER, v, r, s)),
            abi.encodeCall(ILmpRouter.deposit, (vault, 1e18, owner, 1e18, LATER))
        );
        if (raced) {
            vm.prank(mallory);
            token.permit(owner, address(router), 1e18, LATER, v, r, s);
        }
        vm.prank(owner);
        bytes[] memory results = router.multicall(calls);
        assertEq(abi.decode(results[1], (uint256)), 1e18);
        assertEq(ERC20(vault).balanceOf(owner), 1e18);
    }

    /// @dev A permit is its owner's: somebody else who brings it gets nothing, and cannot deposit for himself with it.
    function test_A5_aPermitServesItsOwnerAlone() public {
        PermitMock token = new PermitMock();
        token.mint(address(this), seed);
        address vault = address(_create(address(token)));
        (address owner, uint256 key) = makeAddrAndKey("owner");
        token.mint(owner, 1e18);
        (uint8 v, bytes32 r, bytes32 s) = _permit(token, owner, key, 1e18);
        vm.startPrank(mallory);
        vm.expectRevert(abi.encodeWithSelector(ILmpRouter.PermitFailed.selector, token));
        router.selfPermit(address(token), 1e18, LATER, v, r, s);
        token.permit(owner, address(router), 1e18, LATER, v, r, s);
        vm.expectRevert(
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, address(router), 0, 1e18)
        );
        router.deposit(vault, 1e18, mallory, 0, LATER);
    }

    function _permit(PermitMock token, address owner, uint256 key, uint256 value)
        private
        view
        returns (uint8, bytes32, bytes32)
    {
        bytes32 typehash =
            keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");
        bytes32 message = keccak256(abi.encode(typehash, owner, router, value, token.nonces(owner), LATER));
        return vm.sign(key, keccak256(abi.encodePacked(hex"1901", token.DOMAIN_SEPARATOR(), message)));
    }

    /* A6 */

    /// @dev Whatever Alice let the router spend, only Alice's calls spend it.
    function test_A6_sharesOfOthersStayWhereTheyAre() public {
        vm.startPrank(alice);
        router.depositETH{value: 3 ether}(address(wethLmp), 3 ether, alice, 0, LATER);
        wethLmp.approve(address(router), type(uint256).max);
        weth.approve(address(router), type(uint256).max);
        vm.stopPrank();
        bytes[] memory calls = _everyCall(address(wethLmp), mallory, LATER);
        for (uint256 i; i < calls.length; ++i) {
            vm.prank(mallory);
            (bool success,) = address(router).call(calls[i]);
            assertFalse(success);
        }
        assertEq(wethLmp.balanceOf(alice), 3 ether);
        assertEq(weth.balanceOf(alice), 5 ether);

        vm.prank(alice);
        router.redeem(address(wethLmp), 1 ether, bob, 1 ether, LATER);
        assertEq(weth.balanceOf(bob), 1 ether, "the owner chooses the receiver");
    }

    function test_A6_nobodysReceiversAreRefused() public {
        address[2] memory wrong = [address(0), address(router)];
        for (uint256 i; i < wrong.length; ++i) {
            _expectAll(
                _everyCall(address(wethLmp), wrong[i], LATER),
                abi.encodeWithSelector(ILmpRouter.InvalidReceiver.selector, wrong[i])
            );
        }
    }

    /* A7 */

    function test_A7_deadline() public {
        uint256 past = block.timestamp - 1;
        _expectAll(_everyCall(address(wethLmp), alice, past), abi.encodeWithSelector(ILmpRouter.Expired.selector, past));
        vm.prank(alice);
        router.depositETH{value: 1 ether}(address(wethLmp), 1 ether, alice, 0, block.timestamp);
    }

    /* REENTRANCY */

    function test_reentryFromAReceiverOfEther() public {
        EtherTakerMock taker = new EtherTakerMock();
        vm.deal(address(taker), 4 ether);
        bytes memory enter =
            abi.encodeCall(ILmpRouter.depositETH, (address(wethLmp), 2 ether, address(taker), 0, LATER));
        bytes memory exit = abi.encodeCall(ILmpRouter.redeemETH, (address(wethLmp), 1 ether, address(taker), 0, LATER));
        taker.run(address(router), 2 ether, enter);
        taker.run(address(wethLmp), 0, abi.encodeCall(wethLmp.approve, (address(router), type(uint256).max)));

        bytes[] memory none = new bytes[](0);
        bytes[3] memory again = [exit, enter, abi.encodeCall(ILmpRouter.multicall, (none))];
        for (uint256 i; i < again.length; ++i) {
            taker.setAction(address(router), again[i]);
            // As a call of its own, within a multicall, and when unused ETH comes back.
            vm.expectRevert(ILmpRouter.Reentered.selector);
            taker.run(address(router), 0, exit);
            vm.expectRevert(ILmpRouter.Reentered.selector);
            taker.run(address(router), 0, abi.encodeCall(ILmpRouter.multicall, (_calls(exit, exit))));
            vm.expectRevert(ILmpRouter.Reentered.selector);
            taker.run(address(router), 1, abi.encodeCall(ILmpRouter.multicall, (none)));
        }
        taker.setAction(address(0), "");
        taker.run(address(router), 0, abi.encodeCall(ILmpRouter.multicall, (_calls(exit, exit))));
        assertEq(address(taker).balance, 4 ether);
    }

    function test_reentryFromAVault() public {
        vm.prank(alice);
        weth.approve(address(wild), 5 ether);
        bytes[] memory calls = _everyCall(address(hostile), mallory, LATER);
        for (uint256 i; i < calls.length; ++i) {
            hostile.setAction(address(wild), calls[i]);
            vm.prank(alice);
            vm.expectRevert(ILmpRouter.Reentered.selector);
            wild.deposit(address(hostile), 1 ether, alice, 0, LATER);
        }
    }

    /// @dev A view does not use up the pass of its multicall, which would let the next call of the transaction in without a session of
    /// its own: what lies here by then would be the caller's.
    function test_A2_aViewLeavesNoPassBehind() public {
        bytes[] memory calls = new bytes[](1);
        calls[0] = abi.encodeCall(ILmpRouter.weth, ());
        vm.startPrank(mallory);
        assertEq(abi.decode(router.multicall(calls)[0], (address)), address(weth));
        vm.deal(address(router), 1 ether);
        vm.expectRevert(abi.encodeWithSelector(ILmpRouter.NotEnoughEther.selector, 0, 1 ether));
        router.depositETH(address(wethLmp), 1 ether, mallory, 0, LATER);
    }

    /* OTHERS */

    function test_aReceiverThatRefusesEther() public {
        EtherTakerMock taker = new EtherTakerMock();
        taker.setRefuses(true);
        vm.startPrank(alice);
        router.depositETH{value: 1 ether}(address(wethLmp), 1 ether, alice, 0, LATER);
        wethLmp.approve(address(router), 1 ether);
        vm.expectRevert(EtherTakerMock.Refused.selector);
        router.redeemETH(address(wethLmp), 1 ether, address(taker), 0, LATER);
        assertEq(wethLmp.balanceOf(alice), 1 ether);
    }

    function test_etherComesWithACallOrNotAtAll() public {
        vm.startPrank(alice);
        (bool success, bytes memory answer) = address(router).call{value: 1}("");
        assertFalse(success);
        assertEq(answer, abi.encodeWithSelector(ILmpRouter.UnexpectedEther.selector, alice));
        bytes[] memory calls = new bytes[](1);
        vm.expectRevert(abi.encodeWithSelector(ILmpRouter.UnexpectedEther.selector, alice));
        router.multicall{value: 1}(calls);
    }

    function test_etherOnlyForVaultsOverWeth() public {
        uint256 shares = _enterAndApprove(alice, 1e18);
        vm.startPrank(alice);
        bytes memory reason = abi.encodeWithSelector(ILmpRouter.NotWeth.selector, asset);
        vm.expectRevert(reason);
        router.depositETH{value: 1 ether}(address(lmp), 1 ether, alice, 0, LATER);
        vm.expectRevert(reason);
        router.redeemETH(address(lmp), shares, alice, 0, LATER);
    }

    function test_aMulticallIsAllOrNothing() public {
        vm.startPrank(alice);
        vm.expectRevert(abi.encodeWithSelector(ILmpRouter.UnknownVault.selector, mallory));
        router.multicall{value: 2 ether}(
            _calls(
                abi.encodeCall(ILmpRouter.depositETH, (address(wethLmp), 1 ether, alice, 0, LATER)),
                abi.encodeCall(ILmpRouter.deposit, (mallory, 1 ether, alice, 0, LATER))
            )
        );
        assertEq(alice.balance, 5 ether);
    }

    function test_theRouterWantsContracts() public {
        vm.expectRevert(abi.encodeWithSelector(ILmpRouter.NoContract.selector, mallory));
        new LmpRouter(ILmpFactory(mallory), address(weth));
        vm.expectRevert(abi.encodeWithSelector(ILmpRouter.NoContract.selector, address(0)));
        new LmpRouter(factory, address(0));
        assertEq(router.factory(), address(factory));
        assertEq(router.weth(), address(weth));
    }
}
