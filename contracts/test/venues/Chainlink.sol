// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {Artifacts} from "./Artifacts.sol";
import {AggregatorProxyLike, FluxAggregatorLike} from "./interfaces/ChainlinkLike.sol";

/// @title Chainlink feeds: FluxAggregator behind EACAggregatorProxy
/// @notice Compiled unchanged from the source in `@chainlink/contracts` (v0.6). One oracle, one submission per round, so
/// every submission is an answer with the time of its block. Payment is 0: LINK only has to be a token.
library Chainlink {
    /// @dev The first submission answers its round, so none waits or times out.
    uint32 private constant NO_TIMEOUT = 0;
    int256 private constant MAX_SUBMISSION = 1e30;

    /// @notice Deploys a feed and gives it its first answer. The caller answers it, owns both contracts, and then leaves
    /// the feed to `oracle`.
    /// @param caller who makes the calls: a test contract or a script's broadcaster
    /// @param oracle may submit from now on, nobody else
    /// @return feed the proxy, which consumers read; the oracle submits to its `aggregator()`
    function deployFeed(
        address link,
        address caller,
        address oracle,
        uint8 decimals,
        string memory description,
        int256 firstAnswer
    ) internal returns (AggregatorProxyLike feed) {
        address aggregator = Artifacts.create(
            "FluxAggregator",
            // link, payment, timeout, validator, smallest and largest submission, decimals, description
            abi.encode(link, 0, NO_TIMEOUT, address(0), int256(1), MAX_SUBMISSION, decimals, description)
        );
        feed = AggregatorProxyLike(
            Artifacts.create(
                "EACAggregatorProxy",
                abi.encode(
                    aggregator,
                    /* access control */
                    address(0)
                )
            )
        );
        setOracle(feed, address(0), caller);
        submit(feed, firstAnswer);
        if (oracle != caller) {
            setOracle(feed, caller, oracle);
            // A leaving oracle may answer one more round; the caller uses that up, so only `oracle` is left.
            submit(feed, firstAnswer);
        }
    }

    /// @dev The contract insists on one submission per oracle and round: the last one leaves as the next one enters.
    function setOracle(AggregatorProxyLike feed, address leaving, address entering) private {
        address[] memory removed = new address[](leaving == address(0) ? 0 : 1);
        if (removed.length != 0) removed[0] = leaving;
        address[] memory added = new address[](1);
        added[0] = entering;
        FluxAggregatorLike(feed.aggregator()).changeOracles(removed, added, added, 1, 1, 0);
    }

    /// @notice Opens the next round and answers it. The caller is the feed's oracle.
    /// @param answer in units of the feed's decimals, from 1 to 1e30
    function submit(AggregatorProxyLike feed, int256 answer) internal {
        FluxAggregatorLike aggregator = FluxAggregatorLike(feed.aggregator());
        aggregator.submit(aggregator.latestRound() + 1, answer);
    }
}
