// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {CycleState, ICycleManager, Phase} from "./ICycleManager.sol";
import {IERC7540Operator, IERC7540Redeem, IERC7575} from "./IERC7540.sol";
import {IReactor} from "./IReactor.sol";
import {RedemptionQueue} from "./RedemptionQueue.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title tAsset: a claim of one unit of the asset, redeemed by cycle
/// @notice DEPOSITS are synchronous and 1:1; the tokens go straight to the cycle manager. None while the reserve is short.
/// REDEMPTIONS are asynchronous (ERC-7540): a request is part of the cohort of the cycle it is asked in, of the next one
/// when asked during a rollover. Its shares are escrowed here, can be taken back until the rollover of their cycle starts,
/// and are burned when the manager fills the cohort, wholly or in parts over several cycles. All requests of a cohort are
/// filled in the same proportion and at the same price. A claim pays out of what the manager withholds.
/// ROUNDING: assets down on redeem, shares up on withdraw.
contract Reactor is IReactor, ERC20, ERC20Permit, ReentrancyGuardTransient, IERC165 {
    using RedemptionQueue for RedemptionQueue.Queue;
    using SafeERC20 for IERC20;

    uint256 private constant WAD = 1e18;

    address public immutable asset;
    address public immutable manager;
    uint8 private immutable DECIMALS;

    RedemptionQueue.Queue private _queue;
    mapping(address controller => mapping(address operator => bool)) public isOperator;

    constructor(address asset_, address manager_, string memory name_, string memory symbol_)
        ERC20(name_, symbol_)
        ERC20Permit(name_)
    {
        require(asset_ != address(0) && manager_ != address(0), ZeroAddress());
        asset = asset_;
        manager = manager_;
        DECIMALS = IERC20Metadata(asset_).decimals();
    }

    modifier onlyManager() {
        require(msg.sender == manager, OnlyManager());
        _;
    }

    modifier onlyController(address controller) {
        require(msg.sender == controller || isOperator[controller][msg.sender], NotAuthorized());
        _;
    }

    /* DEPOSIT */

    /// @inheritdoc IReactor
    function deposit(uint256 assets, address receiver) public nonReentrant returns (uint256) {
        require(assets != 0, ZeroAmount());
        require(receiver != address(0), ZeroAddress());
        uint256 max = maxDeposit(receiver);
        require(assets <= max, ExceedsMax(max));

        uint256 before = IERC20(asset).balanceOf(manager);
        IERC20(asset).safeTransferFrom(msg.sender, manager, assets);
        require(IERC20(asset).balanceOf(manager) == before + assets, FeeOnTransfer());
        _mint(receiver, assets);
        ICycleManager(manager).onDeposit(assets);
        emit Deposit(msg.sender, receiver, assets, assets);
        return assets;
    }

    /// @inheritdoc IReactor
    function mint(uint256 shares, address receiver) external returns (uint256) {
        return deposit(shares, receiver);
    }

    /* REQUEST */

    /// @inheritdoc IReactor
    /// @dev The caller is the owner, their operator, or spends their allowance. Requests go to the owner or to a controller
    /// the caller acts for: nobody fills the places of a stranger.
    function requestRedeem(uint256 shares, address controller, address owner)
        external
        nonReentrant
        returns (uint256 requestId)
    {
        require(shares != 0, ZeroAmount());
        require(controller != address(0), ZeroAddress());
        require(controller == owner || controller == msg.sender || isOperator[controller][msg.sender], NotAuthorized());
        if (msg.sender != owner && !isOperator[owner][msg.sender]) _spendAllowance(owner, msg.sender, shares);
        CycleState memory cycle = ICycleManager(manager).state();
        requestId = cycle.phase == Phase.Open ? cycle.cycle : cycle.cycle + 1;
        _transfer(owner, address(this), shares);
        _queue.request(requestId, controller, shares);
        emit RedeemRequest(controller, owner, requestId, msg.sender, shares);
    }

    /// @inheritdoc IReactor
    function cancelRedeem(uint256 requestId, uint256 shares, address controller, address receiver)
        external
        nonReentrant
        onlyController(controller)
    {
        require(shares != 0, ZeroAmount());
        require(receiver != address(0), ZeroAddress());
        CycleState memory cycle = ICycleManager(manager).state();
        bool open = requestId > cycle.cycle || (requestId == cycle.cycle && cycle.phase == Phase.Open);
        require(open, RequestLocked(requestId));
        _queue.cancel(requestId, controller, shares);
        _transfer(address(this), receiver, shares);
        emit RedeemCancelled(controller, requestId, receiver, shares);
    }

    function setOperator(address operator, bool approved) external returns (bool) {
        isOperator[msg.sender][operator] = approved;
        emit OperatorSet(msg.sender, operator, approved);
        return true;
    }

    /* FILL */

    /// @inheritdoc IReactor
    function fill(uint256 cohort, uint256 maxAssets, uint256 coverage)
        external
        nonReentrant
        onlyManager
        returns (uint256 shares, uint256 assets)
    {
        (shares, assets) = _queue.fill(cohort, maxAssets, coverage);
        if (shares != 0) _burn(address(this), shares);
    }

    /* CLAIM */

    /// @inheritdoc IReactor
    /// @dev Claims filled shares, oldest requests not necessarily first. 0 assets only for what was filled at next to nothing.
    function redeem(uint256 shares, address receiver, address controller)
        external
        nonReentrant
        onlyController(controller)
        returns (uint256 assets)
    {
        require(shares != 0, ZeroAmount());
        require(receiver != address(0), ZeroAddress());
        assets = _queue.claimShares(controller, shares);
        _pay(receiver, controller, assets, shares);
    }

    /// @inheritdoc IReactor
    function withdraw(uint256 assets, address receiver, address controller)
        external
        nonReentrant
        onlyController(controller)
        returns (uint256 shares)
    {
        require(assets != 0, ZeroAmount());
        require(receiver != address(0), ZeroAddress());
        shares = _queue.claimAssets(controller, assets);
        _pay(receiver, controller, assets, shares);
    }

    function _pay(address receiver, address controller, uint256 assets, uint256 shares) private {
        emit Withdraw(msg.sender, receiver, controller, assets, shares);
        if (assets != 0) ICycleManager(manager).pay(receiver, assets);
    }

    /* VIEWS */

    function decimals() public view override returns (uint8) {
        return DECIMALS;
    }

    /// @notice ERC-7575: the share token is this contract.
    function share() external view returns (address) {
        return address(this);
    }

    /// @notice Assets behind the live supply: T, or what is there when the reserve is short.
    function totalAssets() public view returns (uint256) {
        int256 reserve = _reserve();
        uint256 supply = totalSupply();
        // The sign was looked at.
        // forge-lint: disable-next-line(unsafe-typecast)
        return reserve >= 0 ? supply : supply - uint256(-reserve);
    }

    /// @notice shares * q, rounded down.
    function convertToAssets(uint256 shares) public view returns (uint256) {
        uint256 supply = totalSupply();
        return supply == 0 ? shares : Math.mulDiv(shares, totalAssets(), supply);
    }

    /// @notice assets / q, rounded down; 0 when nothing is left.
    function convertToShares(uint256 assets) public view returns (uint256) {
        uint256 supply = totalSupply();
        if (supply == 0) return assets;
        uint256 total = totalAssets();
        return total == 0 ? 0 : Math.mulDiv(assets, supply, total);
    }

    /// @notice 0 while the reserve is short.
    function maxDeposit(address) public view returns (uint256) {
        return _reserve() < 0 ? 0 : type(uint128).max - totalSupply();
    }

    function maxMint(address receiver) external view returns (uint256) {
        return maxDeposit(receiver);
    }

    function previewDeposit(uint256 assets) external pure returns (uint256) {
        return assets;
    }

    function previewMint(uint256 shares) external pure returns (uint256) {
        return shares;
    }

    function previewRedeem(uint256) external pure returns (uint256) {
        revert AsyncOnly();
    }

    function previewWithdraw(uint256) external pure returns (uint256) {
        revert AsyncOnly();
    }

    /// @notice Shares the controller may claim now.
    function maxRedeem(address controller) external view returns (uint256 shares) {
        (shares,) = _queue.claimable(controller);
    }

    /// @notice Assets the controller may claim now.
    function maxWithdraw(address controller) external view returns (uint256 assets) {
        (, assets) = _queue.claimable(controller);
    }

    /// @inheritdoc IReactor
    function pendingRedeemRequest(uint256 requestId, address controller) external view returns (uint256) {
        return _queue.pendingOf(requestId, controller);
    }

    /// @inheritdoc IReactor
    function claimableRedeemRequest(uint256 requestId, address controller) external view returns (uint256 shares) {
        (shares,) = _queue.claimableOf(requestId, controller);
    }

    /// @notice Ids of the controller's requests that are not wholly claimed.
    function requestsOf(address controller) external view returns (uint256[] memory) {
        return _queue.requestIds[controller];
    }

    /// @inheritdoc IReactor
    function openShares() external view returns (uint256) {
        return _queue.open;
    }

    /// @inheritdoc IReactor
    function openSharesUpTo(uint256 cohort) external view returns (uint256) {
        return _queue.openUpTo(cohort);
    }

    function supportsInterface(bytes4 id) external pure returns (bool) {
        return id == type(IERC165).interfaceId || id == type(IERC7540Operator).interfaceId
            || id == type(IERC7540Redeem).interfaceId || id == type(IERC7575).interfaceId;
    }

    function _reserve() private view returns (int256) {
        return ICycleManager(manager).reserveOf(ICycleManager(manager).reactorId(address(this)));
    }
}
