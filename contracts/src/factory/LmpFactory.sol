// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {ILMP, LmpParams} from "../lmp/ILMP.sol";
import {Blueprint} from "./Blueprint.sol";
import {ILmpFactory} from "./ILmpFactory.sol";
import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {IERC20, SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Create2} from "@openzeppelin/contracts/utils/Create2.sol";

/// @title Factory and registry of the protocol's LMPs
/// @notice
/// ONE LIST: an LMP is the protocol's when it was created here; nothing else can be registered, nothing is ever taken off. So who
///   trusts the list trusts one creation code (`creationCodeHash`) with parameters that governance chose.
/// CREATION CODE: too large for this contract, so it lies in one blueprint (ERC-5202), or in two when it is larger than one holds.
/// SEED: creation, first report and first deposit are one transaction, so nobody is ever in front of the seed, and the price
///   starts at 1. Its shares belong to an address without a key: the supply never returns to 0.
/// POWER: an LMP obeys the factory's configurator, whose functions have their roles from the deployment on: a new LMP is governed like the
///   others at once.
/// ADDRESS: CREATE2 over salt and parameters; known before, the same on every network.
contract LmpFactory is ILmpFactory, AccessManaged {
    using SafeERC20 for IERC20;

    enum Status {
        Unknown,
        Open,
        Retired
    }

    /// @notice Owner of the seed shares; nobody has its key.
    address public constant DEAD = 0x000000000000000000000000000000000000dEaD;
    uint256 private constant MIN_DECIMALS = 6;
    uint256 private constant MAX_DECIMALS = 18;

    /// @notice The blueprints of the creation code, in order; the second is zero where one holds it.
    address public immutable blueprint;
    address public immutable blueprintTail;
    /// @inheritdoc ILmpFactory
    address public immutable configurator;
    /// @inheritdoc ILmpFactory
    bytes32 public immutable creationCodeHash;

    mapping(address lmp => Status) private _status;
    address[] private _lmps;

    /// @dev Reverts `NotABlueprint`.
    constructor(address authority_, address configurator_, address blueprint_, address blueprintTail_)
        AccessManaged(authority_)
    {
        configurator = configurator_;
        blueprint = blueprint_;
        blueprintTail = blueprintTail_;
        creationCodeHash = keccak256(_join(blueprint_, blueprintTail_));
    }

    /* RESTRICTED */

    /// @inheritdoc ILmpFactory
    function create(LmpParams calldata params, bytes32 salt) external restricted returns (address lmp) {
        require(params.configurator == configurator, ForeignConfigurator(params.configurator));
        uint256 seed = seedOf(params.asset);
        bytes memory initCode = _initCode(params);
        lmp = Create2.computeAddress(salt, keccak256(initCode));
        require(lmp.code.length == 0, AlreadyCreated(lmp));
        // Before there is a vault: whatever the asset does in its transfer, nobody can be in front of the seed.
        _pullExact(IERC20(params.asset), seed);
        Create2.deploy(0, salt, initCode);
        _enter(ILMP(lmp), IERC20(params.asset), seed);
        _status[lmp] = Status.Open;
        _lmps.push(lmp);
        emit LmpCreated(lmp, params.asset, salt, seed);
    }

    /// @inheritdoc ILmpFactory
    function retire(address lmp) external restricted {
        Status status = _status[lmp];
        require(status != Status.Unknown, UnknownLmp(lmp));
        require(status == Status.Open, AlreadyRetired(lmp));
        _status[lmp] = Status.Retired;
        emit LmpRetired(lmp);
    }

    /// @inheritdoc ILmpFactory
    function reinstate(address lmp) external restricted {
        require(_status[lmp] == Status.Retired, NotRetired(lmp));
        _status[lmp] = Status.Open;
        emit LmpReinstated(lmp);
    }

    /* VIEWS */

    /// @inheritdoc ILmpFactory
    function addressOf(LmpParams calldata params, bytes32 salt) external view returns (address) {
        return Create2.computeAddress(salt, keccak256(_initCode(params)));
    }

    /// @inheritdoc ILmpFactory
    function seedOf(address asset) public view returns (uint256) {
        // A low-level read: what is no token gets a named error, not a failed decoding.
        (bool success, bytes memory answer) = asset.staticcall(abi.encodeCall(IERC20Metadata.decimals, ()));
        require(success && answer.length == 32, InvalidAsset(asset));
        uint256 decimals = abi.decode(answer, (uint256));
        require(decimals >= MIN_DECIMALS && decimals <= MAX_DECIMALS, InvalidAsset(asset));
        return 10 ** (decimals - 3);
    }

    /// @inheritdoc ILmpFactory
    function isLmp(address lmp) external view returns (bool) {
        return _status[lmp] != Status.Unknown;
    }

    /// @inheritdoc ILmpFactory
    function isOpen(address lmp) external view returns (bool) {
        return _status[lmp] == Status.Open;
    }

    /// @inheritdoc ILmpFactory
    function lmpCount() external view returns (uint256) {
        return _lmps.length;
    }

    /// @inheritdoc ILmpFactory
    function lmps(uint256 first, uint256 count) external view returns (address[] memory page) {
        uint256 total = _lmps.length;
        if (first >= total) return page;
        if (count > total - first) count = total - first;
        page = new address[](count);
        for (uint256 i; i < count; ++i) {
            page[i] = _lmps[first + i];
        }
    }

    /* INTERNAL */

    /// @dev From the caller.
    function _pullExact(IERC20 asset, uint256 amount) private {
        uint256 expected = asset.balanceOf(address(this)) + amount;
        asset.safeTransferFrom(msg.sender, address(this), amount);
        require(asset.balanceOf(address(this)) == expected, InexactTransfer(address(asset)));
    }

    /// @dev A new vault opens with its first report; its price is 1.
    function _enter(ILMP lmp, IERC20 asset, uint256 seed) private {
        lmp.report();
        asset.forceApprove(address(lmp), seed);
        uint256 shares = lmp.deposit(seed, DEAD);
        require(shares == seed, SeedNotAtPar(shares, seed));
    }

    function _initCode(LmpParams calldata params) private view returns (bytes memory) {
        return bytes.concat(_join(blueprint, blueprintTail), abi.encode(params));
    }

    function _join(address head, address tail) private view returns (bytes memory code) {
        code = Blueprint.codeOf(head);
        if (tail != address(0)) code = bytes.concat(code, Blueprint.codeOf(tail));
    }
}
