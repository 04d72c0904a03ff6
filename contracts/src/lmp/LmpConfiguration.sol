// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {ExitQueue} from "./ExitQueue.sol";
import {ILMP, LmpParams} from "./ILMP.sol";
import {LmpLedger} from "./LmpLedger.sol";
import {LmpMath} from "./LmpMath.sol";
import {Position, Positions} from "./Positions.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/interfaces/IERC20Metadata.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {ShortString, ShortStrings} from "@openzeppelin/contracts/utils/ShortStrings.sol";

/// @title What the configurator may set
/// @notice The vault knows one caller here, the configurator it was created with, and checks what its own books need; who may ask for what,
/// within which bounds and after which delay is that contract's (LmpConfigurator.sol). No function here moves assets.
abstract contract LmpConfiguration is LmpLedger, ReentrancyGuardTransient {
    using ShortStrings for *;

    /// @inheritdoc ILMP
    address public immutable configurator;
    ShortString private immutable NAME;
    ShortString private immutable SYMBOL;

    /// @dev The guard's.
    uint256 private transient _entered;

    modifier onlyConfigurator() {
        _onlyConfigurator();
        _;
    }

    constructor(LmpParams memory p) ERC20("", "") {
        (NAME, SYMBOL) = (p.name.toShortString(), p.symbol.toShortString());
        require(p.asset != address(0) && p.configurator != address(0), ZeroAddress());
        require(p.feeBps <= LmpMath.MAX_FEE_BPS, InvalidFee(p.feeBps));
        require(p.gate.code.length != 0, InvalidGate(p.gate));
        // Without code a checkpoint would seem to succeed.
        require(p.lossLedger.code.length != 0, InvalidLossLedger(p.lossLedger));
        require(p.cap <= Positions.MAX_VALUE, InvalidCap(p.cap));
        configurator = p.configurator;
        _setFees(p.feeBps, p.feeRecipient, 0, p.feeRecipient);
        _setPolicy(p.gate, p.lossLedger);
        _setCap(p.cap);
    }

    function name() public view override(ERC20, IERC20Metadata) returns (string memory) {
        return NAME.toString();
    }

    function symbol() public view override(ERC20, IERC20Metadata) returns (string memory) {
        return SYMBOL.toString();
    }

    /// @inheritdoc ILMP
    function addDestination(address destination) external onlyConfigurator {
        Position storage p = _positions[destination];
        require(p.index == 0, DuplicateDestination(destination));
        require(_destinations.length < Positions.MAX_COUNT, TooManyDestinations());
        _destinations.push(destination);
        // At most MAX_COUNT.
        // forge-lint: disable-next-line(unsafe-typecast)
        p.index = uint8(_destinations.length);
        emit DestinationAdded(destination);
    }

    /// @inheritdoc ILMP
    function removeDestination(address destination) external onlyConfigurator nonReentrant {
        unchecked {
            Position storage p = _known(destination);
            require(p.units == 0, DestinationInUse(destination));
            uint8 index = p.index;
            uint256 count = _destinations.length;
            address last = _destinations[count - 1];
            _destinations[index - 1] = last;
            _destinations.pop();
            queue = ExitQueue.renamed(ExitQueue.without(queue, index), count, index);
            _positions[last].index = index;
            delete _positions[destination];
            emit DestinationRemoved(destination);
        }
    }

    /// @inheritdoc ILMP
    function setClosing(address destination, uint256 closingAt, uint256 slippage) external onlyConfigurator {
        Position storage p = _known(destination);
        // Unix seconds and at most 1e18: the configurator's.
        // forge-lint: disable-next-line(unsafe-typecast)
        (p.closingAt, p.closingSlippage) = (uint32(closingAt), uint64(slippage));
        emit ClosingSet(destination, closingAt, slippage);
    }

    /// @inheritdoc ILMP
    function setPause(uint256 until) external onlyConfigurator {
        // Unix seconds.
        // forge-lint: disable-next-line(unsafe-typecast)
        _sums = until << 224 | _sums & type(uint224).max;
        emit PauseSet(until);
    }

    /// @inheritdoc ILMP
    function setCap(uint256 cap_) external onlyConfigurator {
        _setCap(cap_);
    }

    /// @inheritdoc ILMP
    function setFees(uint256 feeBps_, address recipient, uint256 managementFeeBps_, address managementRecipient)
        external
        onlyConfigurator
        nonReentrant
    {
        _report();
        _setFees(feeBps_, recipient, managementFeeBps_, managementRecipient);
    }

    /// @inheritdoc ILMP
    function setPolicy(address gate_, address ledger) external onlyConfigurator nonReentrant {
        _report();
        // Only the ledger that knows of a cover can end it.
        require(ledger == lossLedger || cover == 0, CoverOutstanding(cover));
        _setPolicy(gate_, ledger);
    }

    function _setFees(uint256 feeBps_, address recipient, uint256 managementFeeBps_, address managementRecipient)
        private
    {
        require(recipient != address(0) && managementRecipient != address(0), ZeroAddress());
        _config = _config.withFees(feeBps_, managementFeeBps_);
        (feeRecipient, managementFeeRecipient) = (recipient, managementRecipient);
        emit FeesSet(feeBps_, recipient, managementFeeBps_, managementRecipient);
    }

    function _setPolicy(address gate_, address ledger) private {
        (gate, lossLedger) = (gate_, ledger);
        emit PolicySet(gate_, ledger);
    }

    function _setCap(uint256 cap_) private {
        _config = _config.withCap(cap_);
        emit CapSet(cap_);
    }

    /// @dev A small number instead of a hash: 31 bytes less at each of a dozen guarded functions.
    function _reentrancyGuardStorageSlot() internal pure override returns (bytes32 slot) {
        assembly {
            slot := _entered.slot
        }
    }

    function _onlyConfigurator() private view {
        require(msg.sender == configurator, NotConfigurator());
    }
}
