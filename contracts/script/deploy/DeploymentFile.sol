// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {DeployConfig, DestinationConfig} from "./DeployConfig.sol";
import {Deployment} from "./Deployer.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {Vm} from "forge-std/Vm.sol";

/// @notice Renders `deployments/<chainId>.json`, which the services read.
library DeploymentFile {
    Vm private constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    function render(DeployConfig memory config, Deployment memory d, uint256 startBlock)
        internal
        view
        returns (string memory)
    {
        string memory out = string.concat(
            "{\n", _line("chainId", vm.toString(block.chainid)), _line("startBlock", vm.toString(startBlock))
        );
        out = string.concat(out, _line("contracts", _contracts(config, d)), _line("lmps", _lmps(config, d)));
        out = string.concat(out, _line("reactors", _reactors(config, d)), _line("positions", _positions(config, d)));
        return string.concat(out, '  "tokens": ', _tokens(config, d), "\n}\n");
    }

    function _contracts(DeployConfig memory config, Deployment memory d) private pure returns (string memory out) {
        out = string.concat(
            _pair("accessManager", address(d.accessManager), true),
            _pair("priceRegistry", address(d.priceRegistry), true)
        );
        out = string.concat(
            out,
            _pair("signals", address(d.signals), true),
            _pair("limits", address(d.limits), true),
            _pair("rebalanceGate", address(d.rebalanceGate), true)
        );
        out = string.concat(
            out, _pair("lossPrices", address(d.lossPrices), true), _pair("lossLedger", address(d.lossLedger), true)
        );
        out = string.concat(
            out, _pair("lossOracle", address(d.lossOracle), true), _pair("recovery", address(d.recovery), true)
        );
        out = string.concat(
            out,
            _pair("solverExecutor", address(d.solverExecutor), true),
            _pair("cycleManager", address(d.cycleManager), true)
        );
        out = string.concat(out, _pair("reserve", address(d.reserve), true), _pair("toke", address(d.toke), true));
        out = string.concat(out, _pair("factory", address(d.factory), true), _pair("router", address(d.router), true));
        out = string.concat(out, _pair("lens", address(d.lens), true));
        out = string.concat(out, _pair("auction", address(d.auction), true));
        out = string.concat(out, _pair("configurator", address(d.configurator), true));
        out = string.concat("{", out, _pair("weth", config.weth, false), "}");
    }

    function _lmps(DeployConfig memory config, Deployment memory d) private pure returns (string memory out) {
        for (uint256 i; i < d.lmps.length; ++i) {
            string memory item = string.concat(
                _pair("address", address(d.lmps[i]), true),
                _pair("asset", config.lmps[i].asset, true),
                _text("symbol", config.lmps[i].symbol, true)
            );
            item = string.concat(
                item,
                _pair("priceRegistry", address(d.priceRegistries[i]), true),
                _pair("lossPrices", address(d.lossPricesOf[i]), true),
                _pair("lossLedger", address(d.lossLedgers[i]), true)
            );
            item = string.concat(item, _backing(config, d, i));
            out = _append(out, string.concat(item, '"destinations": ', _destinations(config, d, i)));
        }
        out = string.concat("[", out, "]");
    }

    /// @dev Nothing where nobody backs the LMP.
    function _backing(DeployConfig memory config, Deployment memory d, uint256 lmpId)
        private
        pure
        returns (string memory)
    {
        if (address(d.pools[lmpId]) == address(0)) return "";
        string memory item = string.concat(
            _pair("pool", address(d.pools[lmpId]), true),
            _pair("performanceSplitter", address(d.performanceSplitters[lmpId]), true),
            _pair("managementSplitter", address(d.managementSplitters[lmpId]), true)
        );
        return string.concat('"backing": {', item, _text("mode", config.lmps[lmpId].backing.mode, false), "}, ");
    }

    function _destinations(DeployConfig memory config, Deployment memory d, uint256 lmpId)
        private
        pure
        returns (string memory out)
    {
        for (uint256 i; i < d.destinations[lmpId].length; ++i) {
            DestinationConfig memory c = config.lmps[lmpId].destinations[i];
            string memory item =
                string.concat(_pair("address", address(d.destinations[lmpId][i]), true), _text("venue", c.venue, true));
            out = _append(out, string.concat(item, _text("name", c.name, true), _pair("pool", c.pool, false)));
        }
        out = string.concat("[", out, "]");
    }

    function _reactors(DeployConfig memory config, Deployment memory d) private pure returns (string memory out) {
        for (uint256 i; i < d.reactors.length; ++i) {
            string memory item = string.concat(
                _number("id", i),
                _pair("address", address(d.reactors[i]), true),
                _pair("asset", config.reactors[i].asset, true)
            );
            string memory kind = config.reactors[i].isPair ? "pair" : "token";
            out = _append(
                out, string.concat(item, _text("symbol", config.reactors[i].symbol, true), _text("kind", kind, false))
            );
        }
        out = string.concat("[", out, "]");
    }

    function _positions(DeployConfig memory config, Deployment memory d) private view returns (string memory out) {
        for (uint256 i; i < d.adapters.length; ++i) {
            string memory item = string.concat(
                _number("index", i),
                _pair("adapter", address(d.adapters[i]), true),
                _text("venue", config.positions[i].venue, true)
            );
            item = string.concat(
                item,
                _number("tokenReactor", config.positions[i].tokenReactor),
                _number("pairReactor", config.positions[i].pairReactor)
            );
            item = string.concat(item, _pair("token", d.adapters[i].token(), true));
            out = _append(out, string.concat(item, _pair("pair", d.adapters[i].pair(), false)));
        }
        out = string.concat("[", out, "]");
    }

    /// @dev Each once: a token may be priced in several assets.
    function _tokens(DeployConfig memory config, Deployment memory d) private view returns (string memory out) {
        address[] memory tokens = new address[](2 + 2 * d.lmps.length + config.prices.length + d.reactors.length);
        uint256 count = _push(tokens, _push(tokens, 0, config.weth), address(d.toke));
        for (uint256 i; i < config.prices.length; ++i) {
            count = _push(tokens, count, config.prices[i].token);
        }
        for (uint256 i; i < d.lmps.length; ++i) {
            count = _push(tokens, _push(tokens, count, config.lmps[i].asset), address(d.lmps[i]));
        }
        for (uint256 i; i < d.reactors.length; ++i) {
            count = _push(tokens, count, address(d.reactors[i]));
        }
        for (uint256 i; i < count; ++i) {
            out = _append(out, _token(tokens[i]));
        }
        out = string.concat("[", out, "]");
    }

    function _push(address[] memory list, uint256 count, address item) private pure returns (uint256) {
        for (uint256 i; i < count; ++i) {
            if (list[i] == item) return count;
        }
        list[count] = item;
        return count + 1;
    }

    function _token(address token) private view returns (string memory) {
        return string.concat(
            _pair("address", token, true),
            _text("symbol", IERC20Metadata(token).symbol(), true),
            '"decimals": ',
            vm.toString(uint256(IERC20Metadata(token).decimals()))
        );
    }

    /// @dev The list with one more object.
    function _append(string memory list, string memory object) private pure returns (string memory) {
        return string.concat(list, bytes(list).length == 0 ? "{" : ", {", object, "}");
    }

    function _number(string memory key, uint256 value) private pure returns (string memory) {
        return string.concat('"', key, '": ', vm.toString(value), ", ");
    }

    function _pair(string memory key, address value, bool more) private pure returns (string memory) {
        return _text(key, vm.toString(value), more);
    }

    function _text(string memory key, string memory value, bool more) private pure returns (string memory) {
        return string.concat('"', key, '": "', value, more ? '", ' : '"');
    }

    function _line(string memory key, string memory value) private pure returns (string memory) {
        return string.concat('  "', key, '": ', value, ",\n");
    }
}
