// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

/// @notice What a seller is to the auction: it says what it is paid in and takes the proceeds. An LMP is one.
interface IAuctionSeller {
    /// @notice What its lots are paid in. Must never change.
    function asset() external view returns (address);
    /// @notice Pulls exactly `assets` of `asset()` from the caller.
    function addProfit(uint256 assets) external;
}

/// @notice A buyer that wants the tokens before he pays, to sell them on and pay from that.
interface IAuctionTaker {
    /// @notice Called on the buyer when `data` is not empty: `receiver` has the `amount` of `token`; when this returns, `payment` of
    /// `asset` is pulled from the buyer, so it must be approved by then. The auction takes no other call meanwhile.
    function onAuctionTaken(
        address seller,
        address token,
        uint256 amount,
        address asset,
        uint256 payment,
        bytes calldata data
    ) external;
}

/// @title Dutch auction of what vaults earn in other tokens; one contract for the whole protocol
/// @notice One lot per (seller, token), paid in the seller's asset. What is consigned waits until no lot of its pair runs, then all
/// that waits becomes the next lot. A lot is filled in parts by anyone, its clock runs from its opening until all is sold.
/// Prices are WAD, whole units of the asset per whole token, as in `IPriceRegistry`. Amounts are base units, times unix seconds.
interface IDutchAuction {
    /// @notice On which terms the next lot of a pair opens.
    struct Listing {
        bool listed;
        /// @dev Zero: no oracle.
        address registry;
        /// @dev Zero with an oracle.
        uint256 startPrice;
        /// @dev Of what was sold without an oracle since the listing; see `AuctionPrice.remember`.
        uint256 rememberedPrice;
        /// @dev How much of the token the remembered price stands for, as of `weighedAt`.
        uint256 rememberedVolume;
        uint256 weighedAt;
    }

    struct Lot {
        /// @dev Of the running lot; zero when none runs.
        uint256 left;
        uint256 size;
        /// @dev Consigned for the next lot.
        uint256 waiting;
        uint256 openedAt;
        /// @dev The terms it opened with, whatever was listed since.
        address registry;
        uint256 startPrice;
    }

    /// @notice What is known of a token's price in a registry, from the calls that came by.
    struct Feed {
        uint256 lastGood;
        uint256 seenAt;
        /// @dev When a call first found no price after `seenAt`; zero while there is one, or before anybody has noticed.
        uint256 failedAt;
    }

    event Listed(address indexed seller, address indexed token, address asset, address registry, uint256 startPrice);
    event Delisted(address indexed seller, address indexed token);
    event Consigned(address indexed seller, address indexed token, address indexed from, uint256 amount);
    /// @dev All that waited is the lot. `startPrice` is zero with an oracle.
    event LotOpened(
        address indexed seller, address indexed token, uint256 amount, address registry, uint256 startPrice
    );
    event Bought(
        address indexed seller,
        address indexed token,
        address indexed buyer,
        address receiver,
        uint256 amount,
        uint256 payment,
        uint256 price
    );
    /// @dev Without an oracle, at a listing and when a lot is sold to its end: what the next one starts from.
    event PriceRemembered(
        address indexed seller, address indexed token, uint256 price, uint256 volume, uint256 weighedAt
    );
    event Pushed(address indexed seller, uint256 assets);
    event PriceSeen(address indexed registry, address indexed token, uint256 price);
    /// @dev The first call since the last good price that found none.
    event FeedFailed(address indexed registry, address indexed token);

    error ZeroAmount();
    error ZeroAddress();
    /// @dev Its asset is zero or not the one of its first listing.
    error InvalidSeller(address seller);
    /// @dev The token is the seller's own asset, or no contract.
    error InvalidToken(address token);
    /// @dev More decimals than the auction calculates with.
    error TooManyDecimals(address token, uint256 decimals);
    /// @dev The registry does not quote in the seller's asset, or has no price of the token now.
    error InvalidRegistry(address registry);
    /// @dev Zero without an oracle, other than zero with one, or too large.
    error InvalidStartPrice(uint256 startPrice);
    error NotListed(address seller, address token);
    /// @dev No lot of the pair runs.
    error NothingForSale(address seller, address token);
    error DeadlinePassed(uint256 deadline);
    error TooExpensive(uint256 payment, uint256 maximum);
    /// @dev The receiver is zero or the auction.
    error InvalidReceiver(address receiver);
    /// @dev Asked to be called back, but is no contract.
    error NotATaker(address caller);
    /// @dev A transfer moved another amount than asked for: the token takes fees, or the seller took another amount.
    error InexactTransfer(address token, uint256 expected, uint256 actual);
    error NothingToPush(address seller);
    /// @dev Never listed with each other.
    error UnknownFeed(address registry, address token);

    /// @notice Gives `amount` of `token` to be sold for `seller`: pulled from the caller, not to be had back. Anyone.
    /// Reverts `NotListed`, `ZeroAmount`, `InexactTransfer`.
    function consign(address seller, address token, uint256 amount) external;

    /// @notice Buys from the running lot of (seller, token), at most what is left of it.
    /// @param amount of the token, base units; what is above the rest of the lot is not bought
    /// @param maxPayment for all of `amount`; of a smaller fill the part that it is of `amount`, so it is a limit on the price
    /// @param receiver of the tokens
    /// @param deadline last second at which the purchase may be made
    /// @param data if not empty, passed to `IAuctionTaker.onAuctionTaken` of the caller between delivery and payment
    /// @return bought base units of the token
    /// @return payment base units of the seller's asset, rounded up, at least 1
    function buy(
        address seller,
        address token,
        uint256 amount,
        uint256 maxPayment,
        address receiver,
        uint256 deadline,
        bytes calldata data
    ) external returns (uint256 bought, uint256 payment);

    /// @notice Gives the seller its proceeds by `addProfit`. Anyone; if the seller does not take exactly those, nothing changes.
    function push(address seller) external returns (uint256 assets);

    /// @notice Records what the price of `token` in `registry` is now, or that there is none. Anyone, at any time; only of registries
    /// that were listed with the token. Every `consign` and `buy` does it too.
    function poke(address registry, address token) external;

    /// @notice Lets `token` be sold for `seller` from now on; opens a lot if something waits. A running lot keeps its
    /// terms; listing again replaces those of the next lots. Restricted, delayed.
    /// @param registry with a price of the token in the seller's asset; zero: no oracle
    /// @param startPrice WAD; without an oracle the least price a lot starts from, with one it must be zero
    function list(address seller, address token, address registry, uint256 startPrice) external;

    /// @notice No more consignments and no more lots; the running one is sold to its end. Restricted, immediate.
    function delist(address seller, address token) external;

    function listing(address seller, address token) external view returns (Listing memory);
    function lot(address seller, address token) external view returns (Lot memory);
    /// @notice Price of the running lot now, WAD. Reverts `NothingForSale`.
    function price(address seller, address token) external view returns (uint256);
    /// @notice What `buy` would do now. Reverts as it does.
    function quote(address seller, address token, uint256 amount)
        external
        view
        returns (uint256 bought, uint256 payment);
    function feed(address registry, address token) external view returns (Feed memory);
    /// @notice Paid for the seller's lots and not yet pushed, base units of its asset.
    function proceeds(address seller) external view returns (uint256);
    /// @notice What the seller is paid in, fixed by its first listing; zero before.
    function assetOf(address seller) external view returns (address);
}
