// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {stdJson} from "forge-std/StdJson.sol";
import {Vm} from "forge-std/Vm.sol";

/// @notice One network's deployment, read from a JSON file (docs/deploying.md explains every field).
struct DeployConfig {
    Governance governance;
    CycleConfig cycle;
    LossOracleConfig lossOracle;
    address weth;
    /// @dev Owner of the solver executor: the keeper that proposes rebalances.
    address solver;
    PriceConfig[] prices;
    LmpConfig[] lmps;
    ReactorConfig[] reactors;
    PositionConfig[] positions;
}

struct Governance {
    address treasury;
    address governor;
    address curator;
    address risk;
    address guardian;
    uint32 governorDelay;
    uint32 curatorDelay;
}

struct CycleConfig {
    uint256 length;
    uint256 firstEnd;
}

struct LossOracleConfig {
    /// @dev Who may sign loss reports.
    address[] reporters;
    /// @dev Signatures that open a case.
    uint256 quorum;
}

struct PriceConfig {
    address token;
    string symbol;
    address feed;
    uint32 maxAge;
    address issuer;
    /// @dev The asset it is priced in; WETH or the asset of an LMP.
    address quote;
    /// @dev Feed of `quote` where `feed` quotes in a third currency, e.g. USD; zero: `feed` quotes in `quote`.
    address quoteFeed;
}

struct LmpConfig {
    string name;
    string symbol;
    address asset;
    uint256 cap;
    uint256 feeBps;
    address feeRecipient;
    BackingConfig backing;
    LimitsConfig limits;
    DestinationConfig[] destinations;
}

struct CapConfig {
    /// @dev Of the LMP's assets, WAD.
    uint256 share;
    /// @dev Base units of its asset.
    uint256 amount;
}

struct LimitsConfig {
    /// @dev Most of a pool that the LMP may own, WAD.
    uint256 maxPoolShare;
    /// @dev Least part of the LMP's assets that stays idle, WAD.
    uint256 idleFloor;
    IssuerConfig[] issuers;
}

struct IssuerConfig {
    /// @dev A leg of a destination, other than the LMP's asset.
    address token;
    CapConfig cap;
}

struct BackingConfig {
    /// @dev `slashing` or `no-slashing`; empty: nobody backs the LMP.
    string mode;
    /// @dev The backers' part of the performance fee.
    uint256 backersBps;
    /// @dev Per year, all for the backers.
    uint256 managementFeeBps;
}

struct DestinationConfig {
    string venue;
    string name;
    address pool;
    CapConfig cap;
    /// @dev Of the pool; zero: none.
    address gauge;
    /// @dev What the gauge pays and the auction sells; each needs a price.
    address[] rewards;
    /// @dev Balancer only: the vault of the pool.
    address balancerVault;
    /// @dev Curve only: the LP token, which a v1 pool does not name.
    address lpToken;
}

struct ReactorConfig {
    string name;
    string symbol;
    address asset;
    bool isPair;
    uint256 maxLpShare;
}

struct PositionConfig {
    string venue;
    address pool;
    uint256 tokenReactor;
    uint256 pairReactor;
    uint256 multiple;
}

/// @notice Reads a `DeployConfig`. A missing or malformed field reverts with its path.
library DeployConfigReader {
    using stdJson for string;

    Vm private constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    error MissingField(string path);
    error ZeroField(string path);

    function read(string memory file) internal view returns (DeployConfig memory config) {
        string memory json = vm.readFile(file);
        config.governance = _governance(json);
        config.cycle = CycleConfig(_uint(json, ".cycle.length"), _uint(json, ".cycle.firstEnd"));
        config.lossOracle =
            LossOracleConfig(_addresses(json, ".lossOracle.reporters"), _uint(json, ".lossOracle.quorum"));
        config.weth = _address(json, ".weth");
        config.solver = _address(json, ".solver");
        config.prices = _prices(json, config.weth);
        config.lmps = _lmps(json);
        config.reactors = _reactors(json);
        config.positions = _positions(json);
    }

    function _governance(string memory json) private view returns (Governance memory g) {
        g.treasury = _address(json, ".governance.treasury");
        g.governor = _address(json, ".governance.governor");
        g.curator = _address(json, ".governance.curator");
        g.risk = _address(json, ".governance.risk");
        g.guardian = _address(json, ".governance.guardian");
        g.governorDelay = _uint32(json, ".governance.governorDelay");
        g.curatorDelay = _uint32(json, ".governance.curatorDelay");
    }

    function _prices(string memory json, address weth) private view returns (PriceConfig[] memory list) {
        list = new PriceConfig[](_count(json, ".prices"));
        for (uint256 i; i < list.length; ++i) {
            string memory item = _at(".prices", i);
            list[i].token = _address(json, string.concat(item, ".token"));
            list[i].symbol = _string(json, string.concat(item, ".symbol"));
            list[i].feed = _address(json, string.concat(item, ".feed"));
            list[i].maxAge = _uint32(json, string.concat(item, ".maxAge"));
            list[i].issuer = json.readAddressOr(string.concat(item, ".issuer"), address(0));
            list[i].quote = json.readAddressOr(string.concat(item, ".quote"), weth);
            list[i].quoteFeed = json.readAddressOr(string.concat(item, ".quoteFeed"), address(0));
        }
    }

    function _lmps(string memory json) private view returns (LmpConfig[] memory list) {
        list = new LmpConfig[](_count(json, ".lmps"));
        for (uint256 i; i < list.length; ++i) {
            string memory item = _at(".lmps", i);
            list[i].name = _string(json, string.concat(item, ".name"));
            list[i].symbol = _string(json, string.concat(item, ".symbol"));
            list[i].asset = _address(json, string.concat(item, ".asset"));
            list[i].cap = _uint(json, string.concat(item, ".cap"));
            list[i].feeBps = _uint(json, string.concat(item, ".feeBps"));
            list[i].feeRecipient = _address(json, string.concat(item, ".feeRecipient"));
            list[i].backing = _backing(json, string.concat(item, ".backing"));
            list[i].limits = _limits(json, string.concat(item, ".limits"));
            list[i].destinations = _destinations(json, string.concat(item, ".destinations"));
        }
    }

    function _backing(string memory json, string memory path) private view returns (BackingConfig memory backing) {
        if (!vm.keyExistsJson(json, path)) return backing;
        backing.mode = _string(json, string.concat(path, ".mode"));
        backing.backersBps = _uint(json, string.concat(path, ".backersBps"));
        backing.managementFeeBps = _uint(json, string.concat(path, ".managementFeeBps"));
    }

    function _limits(string memory json, string memory path) private view returns (LimitsConfig memory limits) {
        limits.maxPoolShare = _uint(json, string.concat(path, ".maxPoolShare"));
        limits.idleFloor = _uint(json, string.concat(path, ".idleFloor"));
        path = string.concat(path, ".issuers");
        limits.issuers = new IssuerConfig[](_count(json, path));
        for (uint256 i; i < limits.issuers.length; ++i) {
            string memory item = _at(path, i);
            limits.issuers[i].token = _address(json, string.concat(item, ".token"));
            limits.issuers[i].cap = _cap(json, item);
        }
    }

    function _cap(string memory json, string memory path) private view returns (CapConfig memory) {
        path = string.concat(path, ".cap");
        return CapConfig(_uint(json, string.concat(path, ".share")), _uint(json, string.concat(path, ".amount")));
    }

    function _destinations(string memory json, string memory path)
        private
        view
        returns (DestinationConfig[] memory list)
    {
        list = new DestinationConfig[](_count(json, path));
        for (uint256 i; i < list.length; ++i) {
            string memory item = _at(path, i);
            list[i].venue = _string(json, string.concat(item, ".venue"));
            list[i].name = _string(json, string.concat(item, ".name"));
            list[i].pool = _address(json, string.concat(item, ".pool"));
            list[i].cap = _cap(json, item);
            list[i].balancerVault = json.readAddressOr(string.concat(item, ".balancerVault"), address(0));
            list[i].gauge = json.readAddressOr(string.concat(item, ".gauge"), address(0));
            list[i].rewards = json.readAddressArrayOr(string.concat(item, ".rewards"), new address[](0));
            list[i].lpToken = json.readAddressOr(string.concat(item, ".lpToken"), address(0));
        }
    }

    function _reactors(string memory json) private view returns (ReactorConfig[] memory list) {
        list = new ReactorConfig[](_count(json, ".reactors"));
        for (uint256 i; i < list.length; ++i) {
            string memory item = _at(".reactors", i);
            list[i].name = _string(json, string.concat(item, ".name"));
            list[i].symbol = _string(json, string.concat(item, ".symbol"));
            list[i].asset = _address(json, string.concat(item, ".asset"));
            list[i].isPair = json.readBoolOr(string.concat(item, ".isPair"), false);
            list[i].maxLpShare = _uint(json, string.concat(item, ".maxLpShare"));
        }
    }

    function _positions(string memory json) private view returns (PositionConfig[] memory list) {
        list = new PositionConfig[](_count(json, ".positions"));
        for (uint256 i; i < list.length; ++i) {
            string memory item = _at(".positions", i);
            list[i].venue = _string(json, string.concat(item, ".venue"));
            list[i].pool = _address(json, string.concat(item, ".pool"));
            list[i].tokenReactor = _uint(json, string.concat(item, ".tokenReactor"));
            list[i].pairReactor = _uint(json, string.concat(item, ".pairReactor"));
            list[i].multiple = _uint(json, string.concat(item, ".multiple"));
        }
    }

    function _count(string memory json, string memory path) private view returns (uint256 n) {
        while (vm.keyExistsJson(json, _at(path, n))) ++n;
    }

    function _at(string memory path, uint256 index) private pure returns (string memory) {
        return string.concat(path, "[", vm.toString(index), "]");
    }

    function _address(string memory json, string memory path) private view returns (address value) {
        require(vm.keyExistsJson(json, path), MissingField(path));
        value = json.readAddress(path);
        require(value != address(0), ZeroField(path));
    }

    function _addresses(string memory json, string memory path) private view returns (address[] memory) {
        require(vm.keyExistsJson(json, path), MissingField(path));
        return json.readAddressArray(path);
    }

    function _uint(string memory json, string memory path) private view returns (uint256) {
        require(vm.keyExistsJson(json, path), MissingField(path));
        return json.readUint(path);
    }

    function _uint32(string memory json, string memory path) private view returns (uint32) {
        return SafeCast.toUint32(_uint(json, path));
    }

    function _string(string memory json, string memory path) private view returns (string memory) {
        require(vm.keyExistsJson(json, path), MissingField(path));
        return json.readString(path);
    }
}
