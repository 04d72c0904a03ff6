// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

/// @dev What tests call of Curve's gauge stack.

interface CrvTokenLike {
    function set_minter(address minter) external;
    /// @dev Starts the next year's rate once the running one is over; the first one starts a day after deployment.
    function update_mining_parameters() external;
    function rate() external view returns (uint256);
    function start_epoch_time() external view returns (uint256);
    function balanceOf(address account) external view returns (uint256);
    function transfer(address to, uint256 amount) external returns (bool);
}

interface CurveGaugeControllerLike {
    function add_type(string calldata name, uint256 weight) external;
    /// @dev The weight counts from the next Thursday 0:00 UTC.
    function add_gauge(address gauge, int128 gaugeType, uint256 weight) external;
    function checkpoint_gauge(address gauge) external;
    function gauge_relative_weight(address gauge) external view returns (uint256);
}

interface CurveMinterLike {
    function mint(address gauge) external;
    function mint_for(address gauge, address account) external;
}

interface CurveLiquidityGaugeLike {
    function balanceOf(address account) external view returns (uint256);
    function totalSupply() external view returns (uint256);
    function working_balances(address account) external view returns (uint256);
    function working_supply() external view returns (uint256);
    function integrate_fraction(address account) external view returns (uint256);
    function deposit(uint256 amount) external;
    function withdraw(uint256 amount) external;
    /// @dev Only the account itself or the minter.
    function user_checkpoint(address account) external returns (bool);
}
