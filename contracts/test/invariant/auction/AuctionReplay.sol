// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {IDutchAuction} from "../../../src/auction/IDutchAuction.sol";
import {Vm} from "forge-std/Vm.sol";

/// @notice The state of an auction rebuilt from its logs and the times of their blocks alone. It calls nobody.
contract AuctionReplay {
    address private immutable AUCTION;

    mapping(address seller => mapping(address token => IDutchAuction.Listing)) private _listings;
    mapping(address seller => mapping(address token => IDutchAuction.Lot)) private _lots;
    mapping(address registry => mapping(address token => IDutchAuction.Feed)) private _feeds;
    mapping(address seller => uint256) public proceeds;
    mapping(address seller => address) public assetOf;

    constructor(address auction) {
        AUCTION = auction;
    }

    function listing(address seller, address token) external view returns (IDutchAuction.Listing memory) {
        return _listings[seller][token];
    }

    function lot(address seller, address token) external view returns (IDutchAuction.Lot memory) {
        return _lots[seller][token];
    }

    function feed(address registry, address token) external view returns (IDutchAuction.Feed memory) {
        return _feeds[registry][token];
    }

    /// @dev Of one block.
    function read(Vm.Log[] memory logs) external {
        for (uint256 i; i < logs.length; ++i) {
            if (logs[i].emitter == AUCTION) _read(logs[i].topics, logs[i].data);
        }
    }

    function _read(bytes32[] memory topics, bytes memory data) private {
        bytes32 id = topics[0];
        address first = address(uint160(uint256(topics[1])));
        if (id == IDutchAuction.Pushed.selector) {
            proceeds[first] -= abi.decode(data, (uint256));
            return;
        }
        address token = address(uint160(uint256(topics[2])));
        if (id == IDutchAuction.PriceSeen.selector) {
            _feeds[first][token] = IDutchAuction.Feed(abi.decode(data, (uint256)), block.timestamp, 0);
        } else if (id == IDutchAuction.FeedFailed.selector) {
            _feeds[first][token].failedAt = block.timestamp;
        } else {
            _readPair(id, first, token, data);
        }
    }

    function _readPair(bytes32 id, address seller, address token, bytes memory data) private {
        IDutchAuction.Listing storage l = _listings[seller][token];
        IDutchAuction.Lot storage lot_ = _lots[seller][token];
        if (id == IDutchAuction.Listed.selector) {
            (assetOf[seller], l.registry, l.startPrice) = abi.decode(data, (address, address, uint256));
            l.listed = true;
        } else if (id == IDutchAuction.Delisted.selector) {
            l.listed = false;
        } else if (id == IDutchAuction.PriceRemembered.selector) {
            (l.rememberedPrice, l.rememberedVolume, l.weighedAt) = abi.decode(data, (uint256, uint256, uint256));
        } else if (id == IDutchAuction.Consigned.selector) {
            lot_.waiting += abi.decode(data, (uint256));
        } else if (id == IDutchAuction.LotOpened.selector) {
            (lot_.size, lot_.registry, lot_.startPrice) = abi.decode(data, (uint256, address, uint256));
            (lot_.left, lot_.openedAt, lot_.waiting) = (lot_.size, block.timestamp, 0);
        } else if (id == IDutchAuction.Bought.selector) {
            (, uint256 amount, uint256 payment,) = abi.decode(data, (address, uint256, uint256, uint256));
            lot_.left -= amount;
            proceeds[seller] += payment;
            if (lot_.left == 0) (lot_.size, lot_.openedAt, lot_.registry, lot_.startPrice) = (0, 0, address(0), 0);
        }
    }
}
