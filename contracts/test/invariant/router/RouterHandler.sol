// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {LmpFactory} from "../../../src/factory/LmpFactory.sol";
import {LMP} from "../../../src/lmp/LMP.sol";
import {ILmpRouter, InKindExit, Minimum} from "../../../src/router/ILmpRouter.sol";
import {LmpRouter} from "../../../src/router/LmpRouter.sol";
import {WETH9Like} from "../../venues/interfaces/WETH9Like.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Test} from "forge-std/Test.sol";

interface IMintable {
    function mint(address to, uint256 amount) external;
}

/// @notice Three people who call every function of the router, alone and in multicalls, with amounts, receivers and values that may be
/// right or wrong; and a stranger who leaves tokens and ETH in it.
contract RouterHandler is Test {
    struct Wish {
        address vault;
        address receiver;
        uint256 amount;
        uint256 shares;
        uint256 least;
        uint256 most;
    }

    uint256 private constant END = 1e12;

    LmpRouter public immutable router;
    LmpFactory public immutable factory;
    WETH9Like public immutable weth;
    LMP[] public lmps;
    address[] public tokens;
    address[3] public people;

    /// @notice What was left in the router, per token, and in wei.
    mapping(address token => uint256) public given;
    uint256 public givenEther;
    mapping(bytes32 what => uint256) public done;
    mapping(bytes32 what => uint256) public refused;

    constructor(LmpRouter router_, LmpFactory factory_, LMP[] memory lmps_) {
        (router, factory, lmps) = (router_, factory_, lmps_);
        weth = WETH9Like(router_.weth());
        people = [makeAddr("ann"), makeAddr("ben"), makeAddr("cleo")];
        for (uint256 i; i < lmps_.length; ++i) {
            address asset = lmps_[i].asset();
            tokens.push(asset);
            tokens.push(address(lmps_[i]));
            for (uint256 j; j < people.length; ++j) {
                // By hand, since a token may return nothing.
                vm.startPrank(people[j]);
                (bool success,) = asset.call(abi.encodeCall(IERC20.approve, (address(router_), type(uint256).max)));
                assertTrue(success);
                lmps_[i].approve(address(router_), type(uint256).max);
                vm.stopPrank();
            }
        }
    }

    function tokenCount() external view returns (uint256) {
        return tokens.length;
    }

    /* THE ROUTER */

    function one(uint256 seed) external {
        (bytes32 what, bytes memory data, uint256 value) = _draw(people[seed % 3], uint256(keccak256(abi.encode(seed))));
        _call(what, seed, value, data);
    }

    function several(uint256 seed) external {
        bytes[] memory calls = new bytes[](2 + seed % 3);
        uint256 total;
        for (uint256 i; i < calls.length; ++i) {
            uint256 value;
            (, calls[i], value) = _draw(people[seed % 3], uint256(keccak256(abi.encode(seed, i))));
            total += value;
        }
        _call("multicall", seed, total, abi.encodeCall(ILmpRouter.multicall, (calls)));
    }

    /// @dev Sends what is wrapped, often more, now and then less.
    function _call(bytes32 what, uint256 seed, uint256 value, bytes memory data) private {
        address caller = people[seed % 3];
        if (seed % 2 == 0) value += seed % 1 ether;
        else if (seed % 9 == 0) value /= 2;
        vm.deal(caller, value);
        vm.prank(caller);
        (bool success,) = address(router).call{value: value}(data);
        ++(success ? done : refused)[what];
    }

    /// @dev Amounts a person could mean; now and then a limit that does not hold, a false receiver, ETH for a vault over something
    /// else, more shares than he has.
    function _draw(address who, uint256 random) private returns (bytes32 what, bytes memory data, uint256 value) {
        uint256 kind = random % 8;
        Wish memory w = _wish(who, random, kind == 2 || kind == 5);
        if (kind == 0) {
            what = "deposit";
            _fund(LMP(w.vault), who, w.amount);
            data = abi.encodeCall(ILmpRouter.deposit, (w.vault, w.amount, w.receiver, w.least, END));
        } else if (kind == 1) {
            what = "mint";
            _fund(LMP(w.vault), who, 2 * w.amount);
            data = abi.encodeCall(ILmpRouter.mint, (w.vault, w.amount, w.receiver, w.most, END));
        } else if (kind == 2) {
            (what, value) = ("depositETH", w.amount);
            data = abi.encodeCall(ILmpRouter.depositETH, (w.vault, w.amount, w.receiver, w.least, END));
        } else if (kind == 3) {
            what = "withdraw";
            data = abi.encodeCall(ILmpRouter.withdraw, (w.vault, w.shares, w.receiver, w.most, END));
        } else if (kind == 4) {
            what = "redeem";
            data = abi.encodeCall(ILmpRouter.redeem, (w.vault, w.shares, w.receiver, w.least, END));
        } else if (kind == 5) {
            what = "redeemETH";
            data = abi.encodeCall(ILmpRouter.redeemETH, (w.vault, w.shares, w.receiver, w.least, END));
        } else if (kind == 6) {
            what = "selfPermit";
            data = abi.encodeCall(ILmpRouter.selfPermit, (LMP(w.vault).asset(), w.amount, END, 27, 0, 0));
        } else {
            what = "redeemInKind";
            data = _inKind(w, random >> 255 == 1);
        }
    }

    function _wish(address who, uint256 random, bool inEther) private view returns (Wish memory w) {
        LMP lmp = lmps[inEther && random >> 252 != 0 ? 1 : (random >> 8) % lmps.length];
        w.vault = address(lmp);
        w.receiver = (random >> 16) % 16 == 0 ? address(router) : people[(random >> 16) % 3];
        w.amount = _bound(random >> 24, 1, 20 * 10 ** lmp.decimals());
        w.shares = (random >> 48) % 16 == 0 ? w.amount : _bound(w.amount, 1, lmp.balanceOf(who) / 4 + 1);
        bool isTight = (random >> 40) % 16 == 0;
        w.least = isTight ? type(uint128).max : 0;
        w.most = isTight ? 0 : type(uint256).max;
    }

    function _inKind(Wish memory w, bool unwrap) private view returns (bytes memory) {
        Minimum[] memory minimums = new Minimum[](1);
        minimums[0] = Minimum(LMP(w.vault).asset(), w.least);
        InKindExit memory exit = InKindExit(w.vault, w.shares, w.receiver, unwrap, new address[](0), minimums, END);
        return abi.encodeCall(ILmpRouter.redeemInKind, (exit));
    }

    function _fund(LMP lmp, address who, uint256 amount) private {
        address asset = lmp.asset();
        if (asset != address(weth)) return IMintable(asset).mint(who, amount);
        vm.deal(who, amount);
        vm.prank(who);
        weth.deposit{value: amount}();
    }

    /* THE WORLD */

    function leaveTokens(uint256 which, uint256 amount) external {
        address token = tokens[which % tokens.length];
        LMP lmp = lmps[which % tokens.length / 2];
        amount = _bound(amount, 1, 10 ** lmp.decimals());
        if (token == address(lmp)) {
            address from = people[amount % 3];
            if (lmp.balanceOf(from) < amount) return;
            vm.prank(from);
            lmp.transfer(address(router), amount);
        } else {
            _fund(lmp, address(this), amount);
            (bool success,) = token.call(abi.encodeCall(IERC20.transfer, (address(router), amount)));
            assertTrue(success);
        }
        given[token] += amount;
    }

    /// @dev As a contract that destroys itself does.
    function forceEther(uint256 amount) external {
        amount = _bound(amount, 1, 1 ether);
        vm.deal(address(router), address(router).balance + amount);
        givenEther += amount;
    }

    function retireOrReinstate(uint256 which) external {
        address lmp = address(lmps[which % lmps.length]);
        if (!factory.isOpen(lmp)) factory.reinstate(lmp);
        else if (which % 4 == 0) factory.retire(lmp);
    }

    function pass(uint256 time) external {
        skip(_bound(time, 1, 30 hours));
    }
}
