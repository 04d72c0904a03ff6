// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

/// @notice The part of a destination that Autopilot reads, every answer settable. Prices are WAD per unit.
contract DestinationMock {
    uint256 public safePrice = 1e18;
    uint256 public spotPrice = 1e18;
    uint256 public backingPrice = 1e18;
    bool public ok = true;

    uint256 public issuerRate = 1e18;
    /// @dev Empty: one leg with `issuerRate`.
    uint256[] private _legRates;
    uint256 public discount;
    uint256 public totalSupply;
    /// @dev All liquidity of the pool, in units.
    uint256 public depth = 1e27;
    address[] private _legs;

    uint256 private _yearly;
    uint256 private _staked;
    uint256 private _end;
    bool private _incentivesFail;

    error GaugeBroken();

    function setPrices(uint256 safe, uint256 spot, uint256 backing) external {
        (safePrice, spotPrice, backingPrice) = (safe, spot, backing);
    }

    function setOk(bool ok_) external {
        ok = ok_;
    }

    function setIssuerRate(uint256 rate) external {
        issuerRate = rate;
    }

    function setLegRates(uint256[] calldata rates) external {
        _legRates = rates;
    }

    function issuerRates() external view returns (uint256[] memory rates) {
        if (_legRates.length != 0) return _legRates;
        rates = new uint256[](1);
        rates[0] = issuerRate;
    }

    function setDiscount(uint256 discount_) external {
        discount = discount_;
    }

    function setDepth(uint256 depth_) external {
        depth = depth_;
    }

    function setLegs(address[] calldata legs_) external {
        _legs = legs_;
    }

    function legs() external view returns (address[] memory) {
        return _legs;
    }

    function setTotalSupply(uint256 supply) external {
        totalSupply = supply;
    }

    function setIncentives(uint256 yearly, uint256 staked, uint256 end) external {
        (_yearly, _staked, _end) = (yearly, staked, end);
    }

    function breakIncentives(bool broken) external {
        _incentivesFail = broken;
    }

    function incentives() external view returns (uint256, uint256, uint256) {
        require(!_incentivesFail, GaugeBroken());
        return (_yearly, _staked, _end);
    }

    function value(uint256 units) external view returns (uint256, uint256, uint256, bool) {
        return (units * safePrice / 1e18, units * spotPrice / 1e18, units * backingPrice / 1e18, ok);
    }
}
