// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {LMP} from "../../../src/lmp/LMP.sol";
import {UsdtMock} from "../../mocks/router/UsdtMock.sol";
import {RouterBase} from "../../unit/router/RouterBase.sol";
import {RouterHandler} from "./RouterHandler.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {console} from "forge-std/console.sol";

/// @notice The router holds nothing between calls: what lies in it is what strangers left, to the wei, and nobody may take from it. Vaults
/// over an ordinary token, the real WETH and a token without return values.
/// forge-config: default.isolate = true
contract RouterInvariantTest is RouterBase {
    RouterHandler private handler;
    LMP[] private lmps;

    function setUp() public {
        _setUpRouter(8);
        UsdtMock usdt = new UsdtMock();
        usdt.mint(address(this), 1000);
        lmps.push(lmp);
        lmps.push(wethLmp);
        lmps.push(_create(address(usdt)));
        handler = new RouterHandler(router, factory, lmps);
        bytes4[] memory selectors = new bytes4[](2);
        (selectors[0], selectors[1]) = (factory.retire.selector, factory.reinstate.selector);
        authority.setTargetFunctionRole(address(factory), selectors, 9);
        authority.grantRole(9, address(handler), 0);
        targetContract(address(handler));
    }

    function invariant_routerHoldsWhatStrangersLeftInItAndLetsNobodySpend() public view {
        assertEq(address(router).balance, handler.givenEther());
        for (uint256 i; i < handler.tokenCount(); ++i) {
            address token = handler.tokens(i);
            assertEq(IERC20(token).balanceOf(address(router)), handler.given(token));
            for (uint256 j; j < lmps.length; ++j) {
                assertEq(IERC20(token).allowance(address(router), address(lmps[j])), 0);
            }
            for (uint256 j; j < 3; ++j) {
                assertEq(IERC20(token).allowance(address(router), handler.people(j)), 0);
            }
        }
    }

    /// @dev The handler is worth something: every function is often done and sometimes refused.
    /// forge-config: default.fuzz.runs = 4
    function test_theHandlerReachesEverything(uint256 seed) public {
        for (uint256 i; i < 200; ++i) {
            handler.one(uint256(keccak256(abi.encode(seed, i))));
            handler.several(uint256(keccak256(abi.encode(i, seed))));
            if (i % 20 == 0) handler.pass(25 hours);
        }
        bytes32[9] memory names = [
            bytes32("deposit"),
            "mint",
            "depositETH",
            "withdraw",
            "redeem",
            "redeemETH",
            "redeemInKind",
            "selfPermit",
            "multicall"
        ];
        uint256 allRefused;
        for (uint256 i; i < names.length; ++i) {
            (uint256 done, uint256 refused) = (handler.done(names[i]), handler.refused(names[i]));
            console.log(string(abi.encodePacked(names[i])), "done, refused:", done, refused);
            assertGt(done, 5, string(abi.encodePacked(names[i])));
            allRefused += refused;
        }
        assertGt(allRefused, 20);
        invariant_routerHoldsWhatStrangersLeftInItAndLetsNobodySpend();
    }
}
