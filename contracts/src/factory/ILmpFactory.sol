// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {LmpParams} from "../lmp/ILMP.sol";

/// @title The protocol's LMPs: how they come to be, and which there are
interface ILmpFactory {
    /// @dev `seed`, base units of the asset, are in the vault for shares of nobody.
    event LmpCreated(address indexed lmp, address indexed asset, bytes32 salt, uint256 seed);
    /// @dev The router takes nobody in any more.
    event LmpRetired(address indexed lmp);
    event LmpReinstated(address indexed lmp);

    /// @dev The vault would obey another configurator than the others.
    error ForeignConfigurator(address configurator);
    /// @dev No contract, or not an ERC-20 of 6 to 18 decimals.
    error InvalidAsset(address asset);
    /// @dev This salt has been used with these parameters.
    error AlreadyCreated(address lmp);
    /// @dev The token arrived in another amount than was pulled: it takes a fee.
    error InexactTransfer(address token);
    /// @dev What the blueprint makes gives another number of shares for its first deposit than assets were put in.
    error SeedNotAtPar(uint256 shares, uint256 seed);
    /// @dev Not one of the protocol's LMPs.
    error UnknownLmp(address lmp);
    error AlreadyRetired(address lmp);
    error NotRetired(address lmp);

    /// @notice Restricted. In one transaction: creates the LMP, reports, deposits the seed (`seedOf`, pulled from the caller) for
    /// shares nobody owns, and lists the LMP. Reverts `ForeignAuthority`, `InvalidAsset`, `AlreadyCreated`, `InexactTransfer`,
    /// `SeedNotAtPar`, or what the constructor of the LMP reverts with.
    /// @dev Where the caller's role has a delay: schedule it, then call this function, not `AccessManager.execute`, which has no
    /// seed to give.
    function create(LmpParams calldata params, bytes32 salt) external returns (address lmp);
    /// @notice Restricted, immediate. No entries through the router from now on; exits go on. The vault itself is not touched.
    function retire(address lmp) external;
    /// @notice Restricted, delayed. Takes `retire` back.
    function reinstate(address lmp) external;

    /// @notice Where `create` puts, or has put, this LMP.
    function addressOf(LmpParams calldata params, bytes32 salt) external view returns (address);
    /// @notice First deposit of every LMP over `asset`: 0.001 unit, base units. Reverts `InvalidAsset`.
    function seedOf(address asset) external view returns (uint256);
    /// @notice Whether the LMP was created here, retired or not.
    function isLmp(address lmp) external view returns (bool);
    /// @notice Whether the LMP was created here and is not retired.
    function isOpen(address lmp) external view returns (bool);
    function lmpCount() external view returns (uint256);
    /// @notice At most `count` LMPs in the order of their creation, retired ones too, from number `first` on; empty past the end.
    function lmps(uint256 first, uint256 count) external view returns (address[] memory);
    /// @notice What sets the vaults' destinations, limits, fees and policy.
    function configurator() external view returns (address);
    /// @notice keccak256 of the creation code of every LMP, without its parameters.
    function creationCodeHash() external view returns (bytes32);
}
