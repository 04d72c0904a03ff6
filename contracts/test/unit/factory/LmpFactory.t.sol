// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {Blueprint} from "../../../src/factory/Blueprint.sol";
import {ILmpFactory} from "../../../src/factory/ILmpFactory.sol";
import {LmpFactory} from "../../../src/factory/LmpFactory.sol";
import {ILMP, LmpParams} from "../../../src/lmp/ILMP.sol";
import {LMP} from "../../../src/lmp/LMP.sol";
import {AssetMock} from "../../mocks/lmp/AssetMock.sol";
import {UsdtMock} from "../../mocks/router/UsdtMock.sol";
import {RouterBase} from "../router/RouterBase.sol";
import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";

/// @dev What the factory asks of an LMP, with a first deposit at another price than 1.
contract DearVaultMock {
    constructor(LmpParams memory) {}

    function report() external {}

    function deposit(uint256 assets, address) external pure returns (uint256) {
        return assets - 1;
    }
}

contract LmpFactoryTest is RouterBase {
    address private immutable stranger = makeAddr("stranger");

    function setUp() public {
        _setUpRouter(18);
    }

    /// @dev External, so that its revert can be expected.
    function split(bytes memory code) external pure returns (bytes memory, bytes memory) {
        return Blueprint.deployersOf(code);
    }

    /* CREATION */

    /// @dev The seed is 0.001 unit whatever the decimals, the price is 1, and nothing is left on the way.
    function test_H7_seedOfEveryAllowedDecimals(uint8 decimals) public {
        decimals = uint8(bound(decimals, 6, 18));
        AssetMock token = new AssetMock(decimals);
        uint256 amount = 10 ** decimals / 1000;
        assertEq(factory.seedOf(address(token)), amount);
        token.mint(address(this), amount);
        token.approve(address(factory), amount);
        LmpParams memory params = _params(address(token), 2000, 1e27);
        address expected = factory.addressOf(params, "salt");
        vm.expectEmit(address(factory));
        emit ILmpFactory.LmpCreated(expected, address(token), "salt", amount);
        LMP created = LMP(factory.create(params, "salt"));

        assertEq(address(created), expected);
        assertEq(created.totalSupply(), amount);
        assertEq(created.balanceOf(factory.DEAD()), amount);
        assertEq(created.book().idle, amount);
        assertEq(created.convertToAssets(10 ** decimals), 10 ** decimals, "the price is 1");
        assertTrue(created.isFresh(), "reported");
        assertTrue(factory.isLmp(expected) && factory.isOpen(expected));
        assertEq(factory.lmpCount(), 3);
        assertEq(token.balanceOf(address(this)), 0);
        assertEq(token.balanceOf(address(factory)), 0);
        assertEq(token.allowance(address(factory), expected), 0);
        assertEq(created.asset(), address(token));
        assertEq(created.configurator(), address(configurator));
    }

    function test_H7_otherDecimalsAreRefused() public {
        uint8[4] memory wrong = [0, 5, 19, 255];
        for (uint256 i; i < wrong.length; ++i) {
            _expectInvalidAsset(address(new AssetMock(wrong[i])));
        }
    }

    function test_H7_noTokenIsRefused() public {
        _expectInvalidAsset(address(0));
        _expectInvalidAsset(stranger);
        _expectInvalidAsset(address(gate));
    }

    function _expectInvalidAsset(address token) private {
        LmpParams memory params = _params(token, 2000, 1e27);
        vm.expectRevert(abi.encodeWithSelector(ILmpFactory.InvalidAsset.selector, token));
        factory.create(params, "salt");
        assertEq(factory.lmpCount(), 2);
    }

    function test_aTokenThatTakesAFeeIsRefused() public {
        AssetMock token = new AssetMock(18);
        token.mint(address(this), 1e18);
        token.approve(address(factory), 1e18);
        token.setFee(1);
        LmpParams memory params = _params(address(token), 2000, 1e27);
        vm.expectRevert(abi.encodeWithSelector(ILmpFactory.InexactTransfer.selector, token));
        factory.create(params, "salt");
        assertEq(token.balanceOf(address(this)), 1e18);
        assertEq(factory.lmpCount(), 2);
    }

    function test_aTokenWithoutReturnValuesIsTaken() public {
        UsdtMock token = new UsdtMock();
        token.mint(address(this), 1000);
        LMP created = _create(address(token));
        assertEq(created.balanceOf(factory.DEAD()), 1000);
        assertEq(token.allowance(address(factory), address(created)), 0);
    }

    function test_anotherConfiguratorIsRefused() public {
        LmpParams memory params = _params(address(asset), 2000, 1e27);
        params.configurator = stranger;
        vm.expectRevert(abi.encodeWithSelector(ILmpFactory.ForeignConfigurator.selector, stranger));
        factory.create(params, "salt");
    }

    function test_constructorErrorsComeThrough() public {
        LmpParams memory params = _params(address(asset), 3001, 1e27);
        asset.mint(address(this), seed);
        asset.approve(address(factory), seed);
        vm.expectRevert(abi.encodeWithSelector(ILMP.InvalidFee.selector, 3001));
        factory.create(params, "salt");
    }

    /// @dev Seed or price: what a blueprint of something else makes is not listed.
    function test_anotherPriceThanOneIsRefused() public {
        LmpFactory other = _newFactory(type(DearVaultMock).creationCode);
        asset.mint(address(this), seed);
        asset.approve(address(other), seed);
        LmpParams memory params = _params(address(asset), 2000, 1e27);
        vm.expectRevert(abi.encodeWithSelector(ILmpFactory.SeedNotAtPar.selector, seed - 1, seed));
        other.create(params, "salt");
        assertEq(asset.balanceOf(address(this)), seed);
    }

    /* LIST */

    function test_H1_retireReinstateRetireAgain() public {
        vm.expectEmit(address(factory));
        emit ILmpFactory.LmpRetired(address(lmp));
        factory.retire(address(lmp));
        assertTrue(factory.isLmp(address(lmp)), "exits go on");
        assertFalse(factory.isOpen(address(lmp)));
        vm.expectEmit(address(factory));
        emit ILmpFactory.LmpReinstated(address(lmp));
        factory.reinstate(address(lmp));
        assertTrue(factory.isOpen(address(lmp)));
        factory.retire(address(lmp));
        assertFalse(factory.isOpen(address(lmp)));
        assertEq(factory.lmpCount(), 2, "listed once");
    }

    function test_H2_nothingTwice() public {
        LmpParams memory params = _params(address(asset), 2000, 1e27);
        vm.expectRevert(abi.encodeWithSelector(ILmpFactory.AlreadyCreated.selector, lmp));
        factory.create(params, bytes32(0));

        vm.expectRevert(abi.encodeWithSelector(ILmpFactory.NotRetired.selector, lmp));
        factory.reinstate(address(lmp));
        factory.retire(address(lmp));
        vm.expectRevert(abi.encodeWithSelector(ILmpFactory.AlreadyRetired.selector, lmp));
        factory.retire(address(lmp));
        vm.expectRevert(abi.encodeWithSelector(ILmpFactory.UnknownLmp.selector, stranger));
        factory.retire(stranger);
        vm.expectRevert(abi.encodeWithSelector(ILmpFactory.NotRetired.selector, stranger));
        factory.reinstate(stranger);
    }

    /// @dev There is no greatest number of LMPs: nothing loops over them but a page, which is as long as asked.
    function test_H3_pagesOfAnyLength(uint256 first, uint256 count) public {
        address[] memory all = new address[](12);
        (all[0], all[1]) = (address(lmp), address(wethLmp));
        for (uint256 i = 2; i < all.length; ++i) {
            asset.mint(address(this), seed);
            all[i] = address(_create(address(asset)));
        }
        uint256 gasBefore = gasleft();
        factory.isOpen(all[11]);
        assertLt(gasBefore - gasleft(), 10_000);

        first = bound(first, 0, 20);
        uint256 expected = first < 12 ? 12 - first : 0;
        if (count < expected) expected = count;
        address[] memory page = factory.lmps(first, count);
        assertEq(page.length, expected);
        for (uint256 i; i < page.length; ++i) {
            assertEq(page[i], all[first + i]);
        }
    }

    /* POWER */

    function test_strangersAreRefused() public {
        bytes memory unauthorized = abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, stranger);
        LmpParams memory params = _params(address(asset), 2000, 1e27);
        vm.startPrank(stranger);
        vm.expectRevert(unauthorized);
        factory.create(params, "salt");
        vm.expectRevert(unauthorized);
        factory.retire(address(lmp));
        vm.expectRevert(unauthorized);
        factory.reinstate(address(lmp));
    }

    /// @dev Nobody but the configurator, not even the authority's admin, who is this contract.
    function test_M2_aNewLmpObeysTheConfiguratorAlone() public {
        address[3] memory callers = [address(this), stranger, address(factory)];
        for (uint256 i; i < callers.length; ++i) {
            vm.startPrank(callers[i]);
            vm.expectRevert(ILMP.NotConfigurator.selector);
            lmp.setCap(0);
            vm.stopPrank();
        }
        configurator.setFee(lmp, 1, stranger);
        assertEq(lmp.feeBps(), 1);
    }

    /// @dev With a delay the caller pays the seed himself; through the AccessManager there is nobody to pay it.
    function test_createAfterADelay() public {
        address governor = makeAddr("governor");
        bytes4[] memory selectors = new bytes4[](1);
        selectors[0] = factory.create.selector;
        authority.setTargetFunctionRole(address(factory), selectors, 1);
        authority.grantRole(1, governor, 2 days);
        asset.mint(governor, seed);
        LmpParams memory params = _params(address(asset), 2000, 1e27);
        bytes memory data = abi.encodeCall(factory.create, (params, "salt"));

        vm.startPrank(governor);
        asset.approve(address(factory), seed);
        authority.schedule(address(factory), data, 0);
        skip(2 days);
        vm.expectRevert(
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, address(factory), 0, seed)
        );
        authority.execute(address(factory), data);
        address created = factory.create(params, "salt");
        vm.stopPrank();
        assertTrue(factory.isOpen(created));
        assertEq(asset.balanceOf(governor), 0);
    }

    /* BLUEPRINT */

    function test_blueprintsAreChecked() public {
        address[4] memory wrong =
            [address(0), stranger, address(gate), _deploy(abi.encodePacked(hex"62fe71005f526003601df3"))];
        assertEq(wrong[3].code, hex"fe7100", "a preamble and nothing else");
        address right = factory.blueprint();
        for (uint256 i; i < wrong.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(Blueprint.NotABlueprint.selector, wrong[i]));
            new LmpFactory(address(authority), address(configurator), wrong[i], address(0));
            if (i == 0) continue;
            vm.expectRevert(abi.encodeWithSelector(Blueprint.NotABlueprint.selector, wrong[i]));
            new LmpFactory(address(authority), address(configurator), right, wrong[i]);
        }
    }

    function test_aBlueprintCannotBeCalled() public {
        (bool success,) = factory.blueprint().call{gas: 100_000}("");
        assertFalse(success);
    }

    /// @dev One blueprint or two, the creation code is the same, and so are the LMPs.
    function test_creationCodeOfAnySize(uint256 size) public {
        bytes memory code = type(LMP).creationCode;
        assertEq(factory.creationCodeHash(), keccak256(code));
        size = bound(size, 1, 2 * Blueprint.MAX_CODE);
        bytes memory sized = new bytes(size);
        for (uint256 i; i < size; i += 997) {
            sized[i] = bytes1(uint8(i % 256) | 1);
        }
        LmpFactory other = _newFactory(sized);
        assertEq(other.creationCodeHash(), keccak256(sized));
        assertEq(other.blueprintTail() == address(0), size <= Blueprint.MAX_CODE);
    }

    function test_codeTwoBlueprintsCannotHold() public {
        vm.expectRevert(abi.encodeWithSelector(Blueprint.InvalidCodeSize.selector, 0));
        this.split("");
        vm.expectRevert(abi.encodeWithSelector(Blueprint.InvalidCodeSize.selector, Blueprint.MAX_CODE + 1));
        this.split(new bytes(2 * Blueprint.MAX_CODE + 1));
    }
}
