// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

/// @dev What tests and devnet call of Balancer's gauge stack.

interface TestBalancerTokenLike {
    function DEFAULT_ADMIN_ROLE() external view returns (bytes32);
    function grantRole(bytes32 role, address account) external;
    function balanceOf(address account) external view returns (uint256);
}

interface BalancerTokenAdminLike {
    function getActionId(bytes4 selector) external view returns (bytes32);
    function activate() external;
    function rate() external view returns (uint256);
}

/// @dev Calls a gauge for whoever the authorizer lets call that selector.
interface AuthorizerAdaptorLike {
    function getActionId(bytes4 selector) external view returns (bytes32);
    function performAction(address target, bytes calldata data) external payable returns (bytes memory);
}

interface LiquidityGaugeFactoryLike {
    function create(address pool, uint256 relativeWeightCap) external returns (address);
    function isGaugeFromFactory(address gauge) external view returns (bool);
}

interface LiquidityGaugeLike {
    struct Reward {
        address token;
        address distributor;
        uint256 period_finish;
        uint256 rate;
        uint256 last_update;
        uint256 integral;
    }

    function lp_token() external view returns (address);
    function balanceOf(address account) external view returns (uint256);
    function totalSupply() external view returns (uint256);
    function reward_count() external view returns (uint256);
    function reward_tokens(uint256 index) external view returns (address);
    function reward_data(address token) external view returns (Reward memory);
    function claimable_reward(address user, address token) external view returns (uint256);
    function deposit(uint256 amount) external;
    function withdraw(uint256 amount) external;
    function claim_rewards() external;
    /// @dev Only the authorizer adaptor.
    function add_reward(address token, address distributor) external;
    /// @dev Only the token's distributor or the adaptor.
    function set_reward_distributor(address token, address distributor) external;
    /// @dev Only the token's distributor. Spreads what is left of the current week and `amount` over 7 days from now.
    function deposit_reward_token(address token, uint256 amount) external;
}
