// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {AssetMock, IHook} from "./AssetMock.sol";
import {ReentrantMock} from "./ReentrantMock.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @notice What the vault asks of a destination: units, which anyone mints, at prices the test sets, failing in the ways a destination can fail.
contract DestinationMock is ERC20 {
    enum Answer {
        Good,
        Unsafe,
        Reverts,
        /// @dev Burns all gas it is given.
        Endless,
        /// @dev Two words instead of four.
        Short,
        /// @dev `ok` is neither 0 nor 1.
        Malformed,
        TooLarge,
        /// @dev A megabyte.
        Bomb
    }

    enum Sale {
        Fair,
        Reverts,
        /// @dev Burns all gas it is given.
        Endless,
        /// @dev Delivers half of what it promises, and says it delivered it.
        Lies
    }

    address public vault;
    /// @notice Price of a unit of 1e18 in base units of the asset.
    uint256 public safePrice;
    uint256 public spotPrice;
    uint256 public backingPrice;
    Answer public answer;
    address[] private _legs;
    AssetMock private _asset;
    uint256 private _saleBps;
    Sale private _sale;
    address private _hook;

    error TooLittle(uint256 amount, uint256 minimum);

    constructor(address vault_, uint256 price) ERC20("Units", "UNIT") {
        vault = vault_;
        setPrices(price, price, price);
    }

    function setPrices(uint256 safe, uint256 spot, uint256 backing) public {
        (safePrice, spotPrice, backingPrice) = (safe, spot, backing);
    }

    function setAnswer(Answer answer_) external {
        answer = answer_;
    }

    function setLegs(address[] calldata legs_) external {
        _legs = legs_;
    }

    function legs() external view returns (address[] memory) {
        return _legs;
    }

    /// @dev At the backing price, times the mean of the leg prices; without legs at the backing price.
    function valuesAt(uint256 units, uint256[][] calldata legPrices) external view returns (uint256[] memory values) {
        require(answer == Answer.Good || answer == Answer.Unsafe);
        values = new uint256[](legPrices.length);
        for (uint256 i; i < values.length; ++i) {
            uint256 n = legPrices[i].length;
            uint256 sum;
            for (uint256 j; j < n; ++j) {
                sum += legPrices[i][j];
            }
            values[i] = units * backingPrice / 1e18;
            if (n != 0) values[i] = values[i] * sum / n / 1e18;
        }
    }

    /// @notice From now on it sells, at `bps` of the safe price.
    function setSale(AssetMock asset, uint256 bps) external {
        (_asset, _saleBps) = (asset, bps);
    }

    /// @notice How it fails to sell.
    function setSaleFailure(Sale sale) external {
        _sale = sale;
    }

    /// @notice Called in every transfer of units, in sales and in valuations; zero: nobody is. A valuation in which it is not refused fails.
    function setHook(address hook) external {
        _hook = hook;
    }

    function sell(uint256 units, uint256 minAssets, address receiver) external returns (uint256 assets) {
        require(answer == Answer.Good && _sale != Sale.Reverts);
        if (_sale == Sale.Endless) while (true) {}
        if (_hook != address(0)) IHook(_hook).attack();
        assets = units * safePrice / 1e18 * _saleBps / 10_000;
        require(assets >= minAssets, TooLittle(assets, minAssets));
        _burn(msg.sender, units);
        _asset.mint(receiver, _sale == Sale.Lies ? assets / 2 : assets);
    }

    function _update(address from, address to, uint256 units) internal override {
        super._update(from, to, units);
        if (_hook != address(0) && from != address(0) && to != address(0)) IHook(_hook).attack();
    }

    function mint(address to, uint256 units) external {
        _mint(to, units);
    }

    function value(uint256 units) external view returns (uint256 safe, uint256 spot, uint256 backing, bool ok) {
        Answer a = answer;
        require(a != Answer.Reverts);
        require(_hook == address(0) || ReentrantMock(_hook).isRefused());
        if (a == Answer.Endless) while (true) {}
        if (a == Answer.Bomb) {
            assembly {
                return(0, 1000000)
            }
        }
        safe = a == Answer.TooLarge ? type(uint96).max : units * safePrice / 1e18;
        (spot, backing, ok) = (units * spotPrice / 1e18, units * backingPrice / 1e18, a != Answer.Unsafe);
        if (a == Answer.Short || a == Answer.Malformed) {
            uint256 size = a == Answer.Short ? 64 : 128;
            assembly {
                let p := mload(0x40)
                mstore(p, safe)
                mstore(add(p, 32), spot)
                mstore(add(p, 64), backing)
                mstore(add(p, 96), 2)
                return(p, size)
            }
        }
    }
}
