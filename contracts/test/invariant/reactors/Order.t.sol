// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {FailingVenueMock} from "../../mocks/reactors/FailingVenueMock.sol";
import {World} from "../../unit/reactors/World.sol";

/// @dev R5-6: any order of items gives the same books.
contract OrderTest is World {
    function setUp() public {
        setUpWorld();
        fund();
        rollover();
    }

    /// @param change the markets move before the rollover and again, a little, between marks and moves
    function testFuzz_anyOrderGivesTheSameBooks(
        uint256 seed,
        uint256 change,
        uint256 drift,
        uint256 leaving,
        uint8 broken
    ) public {
        movePrice(abc, ABC_PRICE * bound(change, 0.4e18, 2.2e18) / WAD);
        movePrice(xyz, XYZ_PRICE * bound(change >> 128, 0.4e18, 2.2e18) / WAD);
        request(ABC_ID, makeAddr("abcLp"), bound(leaving, 1, 300_000e18));
        request(ETH_ID, makeAddr("ethLp"), bound(leaving >> 128, 1, 1500e18));
        prices.setStale(address(xyz), broken % 4 == 1);
        if (broken % 4 == 2) failing.fail(FailingVenueMock.Failure.Revert, FailingVenueMock.Failure.None);
        if (broken % 4 == 3) failing.fail(FailingVenueMock.Failure.None, FailingVenueMock.Failure.Revert);
        drift = bound(drift, 0.995e18, 1.005e18);

        uint256 start = vm.snapshotState();
        _rollover(drift, 0);
        bytes32 books = _books();
        vm.revertToState(start);
        _rollover(drift, uint256(keccak256(abi.encode(seed))));
        assertEq(_books(), books, "R5-6: any order gives the same books");
        assertBooks();
    }

    /// @param seed 0: as listed
    function _rollover(uint256 drift, uint256 seed) private {
        startRollover();
        uint256[] memory order = _order(seed, 1);
        for (uint256 i; i < 3; ++i) {
            manager.mark(order[i]);
        }
        order = _order(seed, 2);
        for (uint256 i; i < 3; ++i) {
            manager.balance(order[i]);
        }
        bool turned = seed % 2 == 1;
        manager.plan(turned ? XYZ_ID : ABC_ID);
        manager.plan(turned ? ABC_ID : XYZ_ID);
        manager.plan(ETH_ID);
        prices.set(address(abc), prices.price(address(abc)) * drift / WAD);
        vm.warp(manager.state().rolloverAt + manager.PASS_OVER_AFTER());
        order = _order(seed, 3);
        for (uint256 i; i < 3; ++i) {
            manager.move(order[i]);
        }
        order = _order(seed, 4);
        for (uint256 i; i < 3; ++i) {
            manager.fill(order[i]);
        }
        manager.complete();
    }

    function _order(uint256 seed, uint256 phase) private pure returns (uint256[] memory order) {
        order = new uint256[](3);
        order[1] = 1;
        order[2] = 2;
        for (uint256 i = 2; i > 0 && seed != 0; --i) {
            uint256 j = uint256(keccak256(abi.encode(seed, phase, i))) % (i + 1);
            (order[i], order[j]) = (order[j], order[i]);
        }
    }

    function _books() private view returns (bytes32 hash) {
        for (uint256 i; i < 3; ++i) {
            hash = keccak256(
                abi.encode(
                    hash,
                    manager.reactorState(i),
                    manager.positionState(i),
                    manager.reserveOf(i),
                    reactorOf(i).openShares(),
                    tokenOf(i).balanceOf(address(manager))
                )
            );
        }
    }
}
