// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {PriceRegistry} from "../../../src/pricing/PriceRegistry.sol";
import {CycleManager} from "../../../src/reactors/CycleManager.sol";
import {ReactorState} from "../../../src/reactors/ICycleManager.sol";
import {Reactor} from "../../../src/reactors/Reactor.sol";
import {TokenFixture} from "../../fixtures/TokenFixture.sol";
import {LedgerReplay} from "../../mocks/reactors/LedgerReplay.sol";
import {World} from "../../unit/reactors/World.sol";
import {Chainlink} from "../../venues/Chainlink.sol";
import {AggregatorProxyLike} from "../../venues/interfaces/ChainlinkLike.sol";
import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";

/// @dev Three cycles on the real price registry with real Chainlink feeds and a real Uniswap V2 pool: a surplus, a
/// deficit, a stale feed; the events alone rebuild idle, dep, withheld, T and R.
contract ReplayTest is World {
    using Chainlink for AggregatorProxyLike;

    AggregatorProxyLike private feed;
    LedgerReplay private replay;

    function setUp() public {
        vm.warp(1_700_000_000);
        vm.recordLogs();
        access = new AccessManager(address(this));
        eth = new TokenFixture("Pair asset", "ETH", 18, address(this));
        abc = new TokenFixture("Project token", "ABC", 18, address(this));
        feed = Chainlink.deployFeed(address(eth), address(this), address(this), 18, "ABC / ETH", int256(ABC_PRICE));
        PriceRegistry registry = new PriceRegistry(address(access), address(eth));
        registry.setSource(address(abc), address(feed), 1 hours, address(0));
        manager = new CycleManager(address(access), registry, LENGTH, block.timestamp + LENGTH);
        reserve = manager.reserve();
        replay = new LedgerReplay(manager);
        tEth = new Reactor(address(eth), address(manager), "tETH", "tETH");
        tAbc = new Reactor(address(abc), address(manager), "tABC", "tABC");
        manager.addReactor(address(tEth), true, 0.5e18);
        manager.addReactor(address(tAbc), false, 0.5e18);
        addVenue(abc, 2_000_000e18, ABC_ID, false);
        deposit(ETH_ID, makeAddr("ethLp"), 2000e18);
        deposit(ABC_ID, makeAddr("abcLp"), 400_000e18);
        contribute(ETH_ID, 1000e18);
        contribute(ABC_ID, 100_000e18);
    }

    /// @dev Before the registry is at hand in World's terms.
    function relative(TokenFixture) internal view override returns (uint256) {
        (, int256 answer,,,) = feed.latestRoundData();
        return uint256(answer);
    }

    function _cycle(uint256 price) private {
        vm.warp(manager.state().end);
        feed.submit(int256(price));
        tradeTo(0, price);
        rollover();
        replay.replay(vm.getRecordedLogs());
        replay.check();
        assertBooks();
    }

    function test_eventsAloneRebuildTheBooks() public {
        _cycle(ABC_PRICE);
        assertGuardrails();
        assertGt(manager.reactorState(ABC_ID).dep, 290_000e18);
        int256 before = manager.reserveOf(ABC_ID);
        int256 ethBefore = manager.reserveOf(ETH_ID);

        request(ABC_ID, makeAddr("abcLp"), 200_000e18);
        _cycle(ABC_PRICE * 3 / 2);
        assertLt(manager.reserveOf(ABC_ID), before, "a deficit out of the reserve");
        assertGt(manager.reserveOf(ETH_ID), ethBefore, "a surplus into the other");
        vm.startPrank(makeAddr("abcLp"));
        tAbc.redeem(150_000e18, makeAddr("abcLp"), makeAddr("abcLp"));
        vm.stopPrank();
        reserve.withdraw(ETH_ID, 1e18, makeAddr("treasury"));

        before = manager.reserveOf(ABC_ID);
        _cycle(ABC_PRICE);
        assertGt(manager.reserveOf(ABC_ID), before, "and back");

        // Nobody submits: the feed is stale, the position keeps its mark and the cycle completes.
        vm.warp(manager.state().end);
        ReactorState memory s = manager.reactorState(ABC_ID);
        rollover();
        replay.replay(vm.getRecordedLogs());
        replay.check();
        assertTrue(manager.positionState(0).stale);
        assertEq(manager.reactorState(ABC_ID).dep, s.dep);

        // Ten times the price: a shortfall, two cycles without fills, then fills at q with a haircut.
        request(ABC_ID, makeAddr("abcLp"), 100_000e18);
        for (uint256 i; i < 3; ++i) {
            _cycle(ABC_PRICE * 10);
        }
        assertGt(tAbc.maxRedeem(makeAddr("abcLp")), 100_000e18 - 1);
        assertLt(manager.coverage(ABC_ID), WAD);
    }
}
