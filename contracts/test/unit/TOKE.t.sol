// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {Test} from "forge-std/Test.sol";

import {TOKE} from "../../src/token/TOKE.sol";

contract TOKETest is Test {
    address internal immutable treasury = makeAddr("treasury");
    TOKE internal toke;

    function setUp() public {
        vm.warp(1_700_000_000);
        toke = new TOKE(treasury);
    }

    function test_wholeSupplyGoesToTheTreasury() public view {
        assertEq(toke.totalSupply(), 100_000_000e18);
        assertEq(toke.balanceOf(treasury), 100_000_000e18);
        assertEq(toke.decimals(), 18);
        assertEq(toke.symbol(), "TOKE");
    }

    function test_zeroTreasuryIsRefused() public {
        vm.expectRevert(TOKE.ZeroTreasury.selector);
        new TOKE(address(0));
    }

    function test_clockIsBlockTime() public {
        assertEq(toke.CLOCK_MODE(), "mode=timestamp");
        assertEq(toke.clock(), block.timestamp);
        skip(1 days);
        assertEq(toke.clock(), block.timestamp);
    }

    function testFuzz_votesFollowDelegationAndArePastByTimestamp(uint256 amount, uint32 elapsed) public {
        amount = bound(amount, 0, toke.SUPPLY());
        uint256 start = block.timestamp;
        vm.prank(treasury);
        toke.delegate(treasury);
        skip(uint256(elapsed) + 1);

        vm.prank(treasury);
        toke.transfer(makeAddr("holder"), amount);

        assertEq(toke.getVotes(treasury), toke.SUPPLY() - amount, "votes leave with the tokens");
        assertEq(toke.getVotes(makeAddr("holder")), 0, "no votes without a delegation");
        assertEq(toke.getPastVotes(treasury, start), toke.SUPPLY(), "the past stays");
    }

    function testFuzz_permit(uint256 key, address spender, uint256 amount) public {
        key = boundPrivateKey(key);
        vm.assume(spender != address(0));
        address owner = vm.addr(key);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, _permitDigest(owner, spender, amount));

        toke.permit(owner, spender, amount, block.timestamp, v, r, s);
        assertEq(toke.allowance(owner, spender), amount);
        assertEq(toke.nonces(owner), 1);

        vm.expectPartialRevert(bytes4(keccak256("ERC2612InvalidSigner(address,address)")));
        toke.permit(owner, spender, amount, block.timestamp, v, r, s);
    }

    function _permitDigest(address owner, address spender, uint256 amount) internal view returns (bytes32) {
        bytes32 typehash =
            keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");
        bytes32 message = keccak256(abi.encode(typehash, owner, spender, amount, toke.nonces(owner), block.timestamp));
        return keccak256(abi.encodePacked("\x19\x01", IERC20Permit(address(toke)).DOMAIN_SEPARATOR(), message));
    }
}
