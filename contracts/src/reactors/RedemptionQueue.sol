// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {IReactor} from "./IReactor.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title Redemption requests in cohorts
/// @notice A cohort counts the shares asked for (N), filled so far (F) and the assets set aside for them (A). A request of r
/// shares owns r/N of both, so its claimable part is floor(r*F/N) shares and floor(r*A/N) assets less what was claimed:
/// everyone in a cohort is filled alike, in whatever parts and at whatever prices it is filled, in O(1) per request.
/// The sum of the floors never exceeds A.
library RedemptionQueue {
    using SafeCast for uint256;

    uint256 internal constant MAX_REQUESTS = 8;
    /// @dev Cohorts one fill works through. One cohort is added per cycle, so the queue always catches up.
    uint256 internal constant MAX_COHORTS_PER_FILL = 16;
    uint256 private constant WAD = 1e18;

    struct Cohort {
        uint128 shares;
        uint128 filled;
        uint128 assets;
    }

    struct Request {
        uint128 shares;
        uint128 claimedShares;
        uint128 claimedAssets;
    }

    struct Queue {
        uint256 open;
        /// @dev First cohort id in `ids` that is not wholly filled.
        uint256 head;
        uint256[] ids;
        mapping(uint256 id => Cohort) cohorts;
        mapping(address controller => mapping(uint256 id => Request)) requests;
        mapping(address controller => uint256[]) requestIds;
    }

    /// @param id never below an id of an earlier request
    function request(Queue storage self, uint256 id, address controller, uint256 shares) internal {
        uint256 length = self.ids.length;
        if (length == 0 || self.ids[length - 1] != id) self.ids.push(id);
        Request storage entry = self.requests[controller][id];
        if (entry.shares == 0) {
            uint256[] storage list = self.requestIds[controller];
            require(list.length < MAX_REQUESTS, IReactor.TooManyRequests());
            list.push(id);
        }
        entry.shares += shares.toUint128();
        self.cohorts[id].shares += shares.toUint128();
        self.open += shares;
    }

    /// @dev The caller has made sure that the cohort has not been filled at all.
    function cancel(Queue storage self, uint256 id, address controller, uint256 shares) internal {
        Request storage entry = self.requests[controller][id];
        require(shares <= entry.shares, IReactor.InsufficientRequest(entry.shares));
        // Bounded where the value comes from.
        // forge-lint: disable-next-line(unsafe-typecast)
        entry.shares -= uint128(shares);
        // Bounded where the value comes from.
        // forge-lint: disable-next-line(unsafe-typecast)
        self.cohorts[id].shares -= uint128(shares);
        self.open -= shares;
        if (entry.shares == 0) _forget(self, controller, _indexOf(self.requestIds[controller], id));
    }

    /// @notice Fills cohorts up to `id`, oldest first, at `coverage` (WAD) assets a share, rounded down, from `maxAssets`.
    function fill(Queue storage self, uint256 id, uint256 maxAssets, uint256 coverage)
        internal
        returns (uint256 shares, uint256 assets)
    {
        if (coverage == 0) return (0, 0);
        uint256 head = self.head;
        uint256 end = Math.min(self.ids.length, head + MAX_COHORTS_PER_FILL);
        for (; head < end; ++head) {
            uint256 cohortId = self.ids[head];
            if (cohortId > id) break;
            (uint256 filled, uint256 paid) = _fillOne(self.cohorts[cohortId], maxAssets - assets, coverage);
            shares += filled;
            assets += paid;
            if (filled != 0) emit IReactor.CohortFilled(cohortId, filled, paid);
            if (self.cohorts[cohortId].filled != self.cohorts[cohortId].shares) break;
        }
        self.head = head;
        self.open -= shares;
    }

    function _fillOne(Cohort storage cohort, uint256 maxAssets, uint256 coverage)
        private
        returns (uint256 shares, uint256 assets)
    {
        shares = cohort.shares - cohort.filled;
        assets = Math.mulDiv(shares, coverage, WAD);
        if (assets > maxAssets) {
            shares = Math.mulDiv(maxAssets, WAD, coverage);
            assets = Math.mulDiv(shares, coverage, WAD);
        }
        // Bounded where the value comes from.
        // forge-lint: disable-next-line(unsafe-typecast)
        cohort.filled += uint128(shares);
        cohort.assets += assets.toUint128();
    }

    /// @notice Takes `shares` filled shares of a controller; assets rounded down per request.
    function claimShares(Queue storage self, address controller, uint256 shares) internal returns (uint256 assets) {
        uint256[] storage list = self.requestIds[controller];
        uint256 left = shares;
        uint256 i;
        while (left != 0 && i < list.length) {
            (uint256 ready, uint256 worth) = claimableOf(self, list[i], controller);
            uint256 taken = Math.min(left, ready);
            if (taken != 0) {
                uint256 paid = taken == ready ? worth : Math.mulDiv(worth, taken, ready);
                left -= taken;
                assets += paid;
                if (_take(self, controller, i, taken, paid)) continue;
            }
            ++i;
        }
        require(left == 0, IReactor.ExceedsMax(shares - left));
    }

    /// @notice Takes `assets` of what is set aside for a controller; shares rounded up per request.
    function claimAssets(Queue storage self, address controller, uint256 assets) internal returns (uint256 shares) {
        uint256[] storage list = self.requestIds[controller];
        uint256 left = assets;
        uint256 i;
        while (left != 0 && i < list.length) {
            (uint256 ready, uint256 worth) = claimableOf(self, list[i], controller);
            uint256 paid = Math.min(left, worth);
            if (paid != 0) {
                uint256 taken = Math.mulDiv(ready, paid, worth, Math.Rounding.Ceil);
                left -= paid;
                shares += taken;
                if (_take(self, controller, i, taken, paid)) continue;
            }
            ++i;
        }
        require(left == 0, IReactor.ExceedsMax(assets - left));
    }

    /// @notice Shares of cohorts up to `id` not yet filled. Looks at the later cohorts: at most one in the protocol.
    function openUpTo(Queue storage self, uint256 id) internal view returns (uint256 shares) {
        shares = self.open;
        for (uint256 i = self.ids.length; i > self.head && self.ids[i - 1] > id; --i) {
            shares -= self.cohorts[self.ids[i - 1]].shares;
        }
    }

    function pendingOf(Queue storage self, uint256 id, address controller) internal view returns (uint256) {
        uint256 shares = self.requests[controller][id].shares;
        if (shares == 0) return 0;
        Cohort storage cohort = self.cohorts[id];
        return shares - shares * cohort.filled / cohort.shares;
    }

    function claimableOf(Queue storage self, uint256 id, address controller)
        internal
        view
        returns (uint256 shares, uint256 assets)
    {
        Request memory entry = self.requests[controller][id];
        if (entry.shares == 0) return (0, 0);
        Cohort memory cohort = self.cohorts[id];
        shares = uint256(entry.shares) * cohort.filled / cohort.shares - entry.claimedShares;
        assets = uint256(entry.shares) * cohort.assets / cohort.shares - entry.claimedAssets;
    }

    function claimable(Queue storage self, address controller) internal view returns (uint256 shares, uint256 assets) {
        uint256[] storage list = self.requestIds[controller];
        for (uint256 i; i < list.length; ++i) {
            (uint256 ready, uint256 worth) = claimableOf(self, list[i], controller);
            shares += ready;
            assets += worth;
        }
    }

    /// @return finished the request is wholly claimed and gone from the list
    function _take(Queue storage self, address controller, uint256 index, uint256 shares, uint256 assets)
        private
        returns (bool finished)
    {
        Request storage entry = self.requests[controller][self.requestIds[controller][index]];
        // Bounded where the value comes from.
        // forge-lint: disable-next-line(unsafe-typecast)
        entry.claimedShares += uint128(shares);
        // Bounded where the value comes from.
        // forge-lint: disable-next-line(unsafe-typecast)
        entry.claimedAssets += uint128(assets);
        finished = entry.claimedShares == entry.shares;
        if (finished) _forget(self, controller, index);
    }

    function _forget(Queue storage self, address controller, uint256 index) private {
        uint256[] storage list = self.requestIds[controller];
        delete self.requests[controller][list[index]];
        list[index] = list[list.length - 1];
        list.pop();
    }

    function _indexOf(uint256[] storage list, uint256 id) private view returns (uint256 index) {
        while (list[index] != id) ++index;
    }
}
