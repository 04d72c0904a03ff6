// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {ERC20Votes} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Votes.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";
import {Time} from "@openzeppelin/contracts/utils/types/Time.sol";

import {Headrace} from "../Headrace.sol";

/// @title TOKE, the protocol's token
/// @notice 100,000,000 TOKE (18 decimals), all minted once to the treasury; nobody can mint more.
/// Votes follow delegation and are checkpointed by timestamp in seconds (ERC-6372 mode "timestamp").
contract TOKE is ERC20, ERC20Permit, ERC20Votes {
    /// @notice The whole supply, in wei of TOKE.
    uint256 public constant SUPPLY = 100_000_000e18;

    /// @notice The constructor was given the zero address as treasury.
    error ZeroTreasury();

    /// @param treasury Receives the whole supply; must not be zero.
    constructor(address treasury) ERC20(Headrace.NAME, "TOKE") ERC20Permit(Headrace.NAME) {
        require(treasury != address(0), ZeroTreasury());
        _mint(treasury, SUPPLY);
    }

    /// @notice Now, in seconds of block time: the unit of every vote checkpoint.
    function clock() public view override returns (uint48) {
        return Time.timestamp();
    }

    /// @notice ERC-6372 description of `clock`: seconds of block time.
    // solhint-disable-next-line func-name-mixedcase
    function CLOCK_MODE() public pure override returns (string memory) {
        return "mode=timestamp";
    }

    /// @notice Next nonce of `owner`, shared by permits and delegations by signature.
    function nonces(address owner) public view override(ERC20Permit, Nonces) returns (uint256) {
        return super.nonces(owner);
    }

    function _update(address from, address to, uint256 value) internal override(ERC20, ERC20Votes) {
        super._update(from, to, value);
    }
}
