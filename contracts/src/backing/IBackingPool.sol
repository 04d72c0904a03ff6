// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

/// @title TOKE that backs one LMP
/// @notice Stakers earn the LMP's fees in its asset and are slashed for its losses. Positions cannot be transferred.
/// A is the slashable TOKE, H its shares, both with active and cooling stake; G is fees per share.
interface IBackingPool {
    enum Mode {
        Slashing,
        NoSlashing
    }

    struct Totals {
        /// @dev A, wei of TOKE.
        uint256 toke;
        /// @dev H.
        uint256 shares;
        /// @dev Of the fee stream: asset base units per second, 1e18, in steps of 1e15; when it ends, unix seconds. It stands still while
        /// `shares` are below 1e18.
        uint256 rate;
        uint256 end;
        uint256 cases;
    }

    event Staked(address indexed account, uint256 toke, uint256 shares);
    event ExitRequested(address indexed account, uint256 indexed day, uint256 shares);
    event ExitCancelled(address indexed account, uint256 indexed day, uint256 shares);
    /// @dev The bucket of a day has left: `toke` is no longer slashable and earns no more.
    event BucketLeft(uint256 indexed day, uint256 shares, uint256 toke);
    event Left(address indexed account, address indexed receiver, uint256 indexed day, uint256 shares, uint256 toke);
    event Claimed(address indexed account, address indexed receiver, uint256 assets);
    event Notified(address indexed from, uint256 assets, uint256 rate, uint256 end);
    /// @dev With less than 1e18 shares staked the stream stood still: its end moved with the clock, to `end`.
    event StreamMoved(uint256 end);
    event Slashed(uint256 indexed caseId, uint256 toke, uint256 shares, uint256 tokeLeft, address to);
    event Returned(uint256 indexed caseId, uint256 toke);
    event ReturnClaimed(address indexed account, address indexed receiver, uint256 indexed caseId, uint256 toke);
    /// @dev The fees of the active stake, or of that in a bucket, are in what the account may claim; cases below `seen` are credited.
    event Synced(address indexed account, uint256 seen);
    event ExitSynced(address indexed account, uint256 indexed day, uint256 seen);

    error ZeroAmount();
    error ZeroAddress();
    error Frozen();
    error NotSlashable();
    error PoolExhausted();
    error InsufficientShares(uint256 shares);
    /// @dev The bucket of that day has not left.
    error StillCooling(uint256 day);
    /// @dev The bucket of that day has left.
    error BucketGone(uint256 day);
    /// @dev Too many days or cases since the last call: `roll` or `sync` first.
    error NotRolled();
    error UnknownCase(uint256 caseId);
    /// @dev An amount beyond what the pool counts: 2^96 wei of TOKE, or fees of that order.
    error TooLarge();
    error InexactTransfer(address token);
    /// @dev The LMP's asset is TOKE: stake and fees could not be told apart.
    error InvalidToken(address token);

    /// @notice Stakes TOKE of the caller. Shares are rounded down. Refused in a freeze. Fees stay claimable: what the account earned
    /// is spread over all of its shares.
    function stake(uint256 toke) external returns (uint256 shares);
    /// @notice `shares` of the caller leave at the start of day today + 29 (days since 1970): slashable and earning until then.
    function requestExit(uint256 shares) external returns (uint256 day);
    /// @notice Takes `shares` back out of the bucket of a day that has not left.
    function cancelExit(uint256 day, uint256 shares) external;
    /// @notice Pays the caller's part of a bucket that has left. No deadline.
    function withdraw(uint256 day, address receiver) external returns (uint256 toke);
    /// @notice Pays the caller's fees. Also in a freeze.
    function claim(address receiver) external returns (uint256 assets);
    /// @notice Pays the caller's part of what was returned of a case.
    function claimReturned(uint256 caseId, address receiver) external returns (uint256 toke);
    /// @notice Pulls fees from the caller into the stream. Its end becomes the amount-weighted mean of the old end and now + 28
    /// days. What the rate rounds away joins the next amount.
    function notify(uint256 assets) external;
    /// @notice Pulls TOKE from the caller for those who were slashed in a case. Anyone.
    function returnToSlashed(uint256 caseId, uint256 toke) external;
    /// @notice Lets up to `maxDays` due buckets leave. Anyone.
    function roll(uint256 maxDays) external;
    /// @notice Credits up to `maxCases` cases to the active stake of an account, and its fees. Anyone.
    function sync(address account, uint256 maxCases) external;
    /// @notice The same for its stake in the bucket of a day, cooling or gone.
    function syncExit(address account, uint256 day, uint256 maxCases) external;
    /// @notice Restricted to the loss oracle. Sends min(`toke`, 30% of A rounded up) to `to`.
    /// @dev Before the ledger ends the freeze: buckets that fell due in it leave at the first call after it.
    /// @return slashed TOKE that left; 0 when nobody is staked, and then there is no case
    /// @return caseId of the pool
    function slash(uint256 toke, address to) external returns (uint256 slashed, uint256 caseId);

    function mode() external view returns (Mode);
    function toke() external view returns (address);
    function asset() external view returns (address);
    function lmp() external view returns (address);
    function lossLedger() external view returns (address);
    /// @notice As of now, buckets that are due counted as gone.
    function totals() external view returns (Totals memory);
    /// @notice Active shares; those cooling are in `exitOf`.
    function sharesOf(address account) external view returns (uint256);
    function exitOf(address account, uint256 day) external view returns (uint256 shares);
    /// @notice Fees the account could claim now, base units of the asset. Cooling shares count when their bucket is touched.
    function claimable(address account) external view returns (uint256);
    /// @notice What was returned of a case to the account and not claimed, wei of TOKE.
    function returnable(address account, uint256 caseId) external view returns (uint256);
    /// @notice Fees of a year at the stream's present rate per TOKE at risk: base units of the asset per 1e18 wei of TOKE.
    function yearlyFeesPerToke() external view returns (uint256);
}
