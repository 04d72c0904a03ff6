// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {Blueprint} from "../../../src/factory/Blueprint.sol";
import {LmpFactory} from "../../../src/factory/LmpFactory.sol";
import {LmpParams} from "../../../src/lmp/ILMP.sol";
import {LMP} from "../../../src/lmp/LMP.sol";
import {LmpRouter} from "../../../src/router/LmpRouter.sol";
import {Artifacts} from "../../venues/Artifacts.sol";
import {WETH9Like} from "../../venues/interfaces/WETH9Like.sol";
import {LmpBase} from "../lmp/LmpBase.sol";

interface IMintableAsset {
    function mint(address to, uint256 amount) external;
    function approve(address spender, uint256 amount) external;
}

/// @notice A factory with a router over it and two LMPs: `lmp` over a mock, `wethLmp` over the real WETH. `this` is the authority's
/// admin, so whatever has no role is its own.
abstract contract RouterBase is LmpBase {
    uint256 internal constant LATER = 3_000_000_000;

    WETH9Like internal weth;
    LmpFactory internal factory;
    LmpRouter internal router;
    LMP internal wethLmp;

    function _setUpRouter(uint8 decimals) internal {
        _setUp(decimals, 2000);
        weth = WETH9Like(Artifacts.create("WETH9"));
        factory = _newFactory(type(LMP).creationCode);
        router = new LmpRouter(factory, address(weth));
        IMintableAsset(address(asset)).mint(address(this), seed);
        lmp = _create(address(asset));
        vm.deal(address(this), 1000 ether);
        weth.deposit{value: 0.001 ether}();
        wethLmp = _create(address(weth));
    }

    function _newFactory(bytes memory creationCode) internal returns (LmpFactory) {
        (bytes memory first, bytes memory second) = Blueprint.deployersOf(creationCode);
        address tail = second.length == 0 ? address(0) : _deploy(second);
        return new LmpFactory(address(authority), address(configurator), _deploy(first), tail);
    }

    function _deploy(bytes memory code) internal returns (address deployed) {
        assembly {
            deployed := create(0, add(code, 32), mload(code))
        }
        assertTrue(deployed != address(0), "not deployed");
    }

    /// @dev `this` holds the seed already. Its curator functions are `this`'s.
    function _create(address asset_) internal returns (LMP created) {
        LmpParams memory params = _params(asset_, 2000, 1e27);
        uint256 amount = factory.seedOf(asset_);
        IMintableAsset(asset_).approve(address(factory), amount);
        created = LMP(factory.create(params, bytes32(factory.lmpCount())));
    }

    /// @dev `who` holds `assets` of the mock and lets the router take them.
    function _fund(address who, uint256 assets) internal {
        asset.mint(who, assets);
        vm.prank(who);
        asset.approve(address(router), assets);
    }

    /// @dev `who` reports and enters `lmp` by himself and lets the router take the shares.
    function _enterAndApprove(address who, uint256 assets) internal returns (uint256 shares) {
        lmp.report();
        shares = _deposit(who, assets);
        vm.prank(who);
        lmp.approve(address(router), shares);
    }
}
