// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

// What the API's tests need around the real contracts: a token, a position, a solver, a factory, a gate and a feed whose answers
// the test sets. Compiled by the test itself.

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

contract TokenFixture is ERC20 {
    uint8 private immutable DECIMALS;

    constructor(string memory symbol_, uint8 decimals_) ERC20(symbol_, symbol_) {
        DECIMALS = decimals_;
    }

    function decimals() public view override returns (uint8) {
        return DECIMALS;
    }

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }
}

contract DestinationFixture is ERC20 {
    address public immutable vault;
    address private immutable LEG;
    uint256 public price = 1e18;
    uint256 public issuerRate = 1e18;
    bool public ok = true;

    constructor(address vault_, address leg) ERC20("Units", "UNIT") {
        vault = vault_;
        LEG = leg;
    }

    function legs() external view returns (address[] memory list) {
        list = new address[](1);
        list[0] = LEG;
    }

    /// @dev In the order the loss ledger asks: at high prices, at low ones, at issuer rates.
    function valuesAt(uint256 units, uint256[][] calldata) external view returns (uint256[] memory values) {
        uint256 lower = price < issuerRate ? price : issuerRate;
        values = new uint256[](3);
        (values[0], values[1], values[2]) =
        (units * issuerRate / 1e18, units * lower / 1e18, units * issuerRate / 1e18);
    }

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    function sell(uint256 units, uint256 minAssets, address receiver) external returns (uint256 assets) {
        _burn(msg.sender, units);
        assets = units * price / 1e18;
        require(assets >= minAssets, "too little");
        TokenFixture(IVault(vault).asset()).mint(receiver, assets);
    }

    function set(uint256 price_, uint256 issuerRate_, bool ok_) external {
        (price, issuerRate, ok) = (price_, issuerRate_, ok_);
    }

    function value(uint256 units) external view returns (uint256, uint256, uint256, bool) {
        uint256 safe = units * price / 1e18;
        return (safe, safe * 999 / 1000, units * issuerRate / 1e18, ok);
    }

    function issuerRates() external view returns (uint256[] memory rates) {
        rates = new uint256[](1);
        rates[0] = issuerRate;
    }

    function depth() external view returns (uint256) {
        return totalSupply();
    }

    function incentives() external view returns (uint256, uint256, uint256) {
        return (1e18, 3e18, block.timestamp + 7 days);
    }
}

struct Leg {
    address destination;
    uint256 units;
}

interface IVault {
    function asset() external view returns (address);
    function rebalance(Leg[] calldata outs, Leg[] calldata ins, bytes calldata data) external;
}

contract SolverFixture {
    function run(IVault vault, Leg[] calldata outs, Leg[] calldata ins) external {
        vault.rebalance(outs, ins, "");
    }

    function onRebalance(Leg[] calldata, Leg[] calldata ins, bytes calldata) external {
        for (uint256 i; i < ins.length; ++i) {
            address token = ins[i].destination == address(0) ? IVault(msg.sender).asset() : ins[i].destination;
            TokenFixture(token).mint(address(this), ins[i].units);
            TokenFixture(token).approve(msg.sender, ins[i].units);
        }
    }
}

/// @dev Knows every vault.
contract FactoryFixture {
    function isLmp(address) external pure returns (bool) {
        return true;
    }

    function isOpen(address) external pure returns (bool) {
        return true;
    }
}

contract GateFixture {
    event RebalanceChecked(
        address indexed lmp,
        uint256 cost,
        uint256 gain,
        uint256 incomeBefore,
        uint256 incomeAfter,
        uint256 moved,
        uint256 factor
    );

    function check(Leg[] calldata outs, Leg[] calldata) external {
        emit RebalanceChecked(msg.sender, 1, 20, 300, 4000, outs[0].units, 0.5e18);
    }
}

contract FeedFixture {
    uint8 public constant decimals = 8;
    int256 private _answer;
    uint256 private _updatedAt;
    bool private _broken;

    constructor(int256 answer) {
        push(answer);
    }

    function push(int256 answer) public {
        (_answer, _updatedAt) = (answer, block.timestamp);
    }

    /// @notice From now on it answers with one word, which is no round.
    function breakDown() external {
        _broken = true;
    }

    function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80) {
        if (_broken) {
            assembly ("memory-safe") {
                mstore(0, 1)
                return(0, 32)
            }
        }
        return (1, _answer, _updatedAt, _updatedAt, 1);
    }
}
