// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

/// @notice Least amount of a token that the receiver must have got by the end of the call, in its base units.
struct Minimum {
    address token;
    uint256 amount;
}

/// @notice An exit with a slice of everything an LMP has.
struct InKindExit {
    address lmp;
    uint256 shares;
    address receiver;
    /// @dev Whether the receiver gets what the units stand for: LP tokens, or the pool's tokens where the venue has none.
    bool unwrap;
    /// @dev Destinations whose units are sent as they are all the same, because their venue cannot pay out now, say.
    address[] kept;
    /// @dev What the receiver must have got at least, of any tokens.
    Minimum[] minimums;
    uint256 deadline;
}

/// @title In and out of the protocol's LMPs in one call, with a limit on what it may cost
/// @notice See LmpRouter.sol for the rules. In all functions `lmp` is an LMP of the factory, shares and assets are the caller's, `deadline` is
/// the last block time (unix seconds) at which the call counts. Entries need the caller's approval of the asset to the router, exits
/// his approval of the shares; `selfPermit` gives it where the token has EIP-2612.
///
/// Every function is payable so that a multicall can carry ETH; what was not wrapped goes back to the caller.
interface ILmpRouter {
    /// @dev Not an LMP of the factory; for entries: or a retired one.
    error UnknownVault(address lmp);
    error Expired(uint256 deadline);
    /// @dev Fewer shares, assets or tokens than the caller's minimum.
    error TooLittle(uint256 amount, uint256 minimum);
    /// @dev More shares or assets than the caller's maximum.
    error TooMuch(uint256 amount, uint256 maximum);
    /// @dev Zero, or the router itself, where it would be nobody's.
    error InvalidReceiver(address receiver);
    /// @dev The asset of the LMP is not WETH.
    error NotWeth(address asset);
    /// @dev More ETH is to be wrapped than came with the call and is left of it.
    error NotEnoughEther(uint256 available, uint256 needed);
    /// @dev ETH comes with a call, or out of WETH.
    error UnexpectedEther(address sender);
    /// @dev The token moved another amount than it was told to: it takes a fee.
    error InexactTransfer(address token);
    /// @dev The permit was refused and the allowance is not there already.
    error PermitFailed(address token);
    /// @dev Called again from inside a call.
    error Reentered();
    error NoContract(address account);

    /// @notice Deposits `assets`; at least `minShares` for the receiver.
    function deposit(address lmp, uint256 assets, address receiver, uint256 minShares, uint256 deadline)
        external
        payable
        returns (uint256 shares);
    /// @notice Wraps `assets` of the ETH that came with the call and deposits them; at least `minShares` for the receiver.
    function depositETH(address lmp, uint256 assets, address receiver, uint256 minShares, uint256 deadline)
        external
        payable
        returns (uint256 shares);
    /// @notice Buys exactly `shares` for the receiver; costs at most `maxAssets`.
    function mint(address lmp, uint256 shares, address receiver, uint256 maxAssets, uint256 deadline)
        external
        payable
        returns (uint256 assets);
    /// @notice Exactly `assets` to the receiver, from what the LMP has idle; costs at most `maxShares`.
    function withdraw(address lmp, uint256 assets, address receiver, uint256 maxShares, uint256 deadline)
        external
        payable
        returns (uint256 shares);
    /// @notice Redeems `shares`; at least `minAssets` to the receiver.
    function redeem(address lmp, uint256 shares, address receiver, uint256 minAssets, uint256 deadline)
        external
        payable
        returns (uint256 assets);
    /// @notice Redeems `shares` of an LMP over WETH; at least `minAssets` as ETH to the receiver.
    function redeemETH(address lmp, uint256 shares, address receiver, uint256 minAssets, uint256 deadline)
        external
        payable
        returns (uint256 assets);

    /// @notice Leaves with a slice of everything the LMP has: idle assets, and units of each destination. No price, no report.
    /// @return assets idle assets sent
    /// @return destinations of the LMP
    /// @return units of each, sent or unwrapped
    function redeemInKind(InKindExit calldata exit)
        external
        payable
        returns (uint256 assets, address[] memory destinations, uint256[] memory units);

    /// @notice Gives the router the caller's EIP-2612 permit. Somebody else may have used it first: what counts is that the allowance
    /// is there. Reverts `PermitFailed` if it is not.
    function selfPermit(address token, uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s) external payable;
    /// @notice Several calls of this router in one, all or none. They share the ETH that came with it.
    function multicall(bytes[] calldata calls) external payable returns (bytes[] memory results);

    /// @notice The factory whose LMPs are served.
    function factory() external view returns (address);
    function weth() external view returns (address);
}
