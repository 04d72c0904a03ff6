// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {DeployConfig} from "../../../script/deploy/DeployConfig.sol";
import {Deployer} from "../../../script/deploy/Deployer.sol";
import {PricingDeployer} from "../../../script/deploy/PricingDeployer.sol";
import {IDestination} from "../../../src/destinations/IDestination.sol";
import {LMP} from "../../../src/lmp/LMP.sol";
import {PriceRegistry} from "../../../src/pricing/PriceRegistry.sol";
import {CurveV1} from "../../venues/CurveV1.sol";
import {DeployedBase} from "./DeployedBase.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @notice A vault of a 6-decimals asset beside that of WETH, each priced in its own asset.
contract SeveralLmpsTest is DeployedBase {
    LMP private lmp;

    function setUp() public override {
        super.setUp();
        lmp = protocol.lmps[1];
    }

    function test_eachLmpIsPricedInItsAsset() public view {
        assertEq(lmp.decimals(), 6);
        assertEq(lmp.asset(), address(usd.usdc));
        assertEq(address(protocol.priceRegistries[0]), address(protocol.priceRegistry));
        assertEq(protocol.priceRegistries[1].quote(), address(usd.usdc));
        assertEq(lmp.lossLedger(), address(protocol.lossLedgers[1]));
        assertEq(address(protocol.lossLedgers[1].prices()), address(protocol.lossPricesOf[1]), "own prices");
        assertEq(protocol.factory.lmpCount(), 2);
        assertEq(lmp.totalSupply(), 0.001e6, "the seed");
        assertEq(
            protocol.auction.listing(address(lmp), address(venues.rewardToken)).registry,
            address(protocol.priceRegistries[1])
        );
    }

    /// A dollar feed over the asset's dollar feed: USDC at a discount makes the others dearer in USDC.
    function test_dollarFeedsAreDividedByTheAssets() public {
        PriceRegistry registry = protocol.priceRegistries[1];
        assertEq(registry.price(address(usd.dai)), 1e18);
        vm.mockCall(
            address(usd.usdcFeed),
            abi.encodeWithSignature("latestRoundData()"),
            abi.encode(uint80(2), int256(0.8e8), block.timestamp, block.timestamp, uint80(2))
        );
        assertEq(registry.price(address(usd.dai)), 1.25e18);
        assertEq(registry.price(address(venues.rewardToken)), 7.5e18, "6 dollars");
        assertEq(protocol.priceRegistry.price(address(venues.rewardToken)), 0.002e18, "the other registry's feed");
    }

    /// @dev Real pools of 6 and of 6 and 18 decimals: what an LP token is worth is what its coins are.
    function test_positionsAreWorthTheirCoins() public {
        IDestination balancer = protocol.destinations[1][0];
        uint256 lp = IERC20(balancer.lpToken()).balanceOf(address(this));
        (uint256 safe, uint256 spot, uint256 backing, bool ok) = balancer.value(lp);
        assertTrue(ok);
        // All but the pool's minimum liquidity.
        assertApproxEqAbs(safe, 4_000_000e6, 1e6, "balancer");
        assertApproxEqAbs(spot, 4_000_000e6, 1e6, "balancer spot");
        assertApproxEqAbs(backing, 4_000_000e6, 1e6, "balancer backing");

        IDestination curve = protocol.destinations[1][1];
        lp = IERC20(curve.lpToken()).balanceOf(address(this));
        (safe, spot, backing, ok) = curve.value(lp);
        assertTrue(ok);
        assertApproxEqAbs(safe, 4_000_000e6, 1, "curve");
        assertApproxEqAbs(backing, 4_000_000e6, 1, "curve backing");
        // In coins of 18 and 6 decimals.
        assertEq(CurveV1.coinAt(usd.curve, 0).balanceOf(address(usd.curve.pool)), 1_000_000e18);
        assertEq(CurveV1.coinAt(usd.curve, 1).balanceOf(address(usd.curve.pool)), 1_000_000e6);
    }

    function test_depositAndRedeemInSixDecimals() public {
        usd.usdc.mint(address(this), 1000e6);
        usd.usdc.approve(address(lmp), 1000e6);
        lmp.report();
        uint256 shares = lmp.deposit(1000e6, address(this));
        assertEq(shares, 1000e6);
        assertEq(lmp.redeem(shares, address(this), address(this)), 1000e6);
    }

    /// @dev External, so that its revert can be expected.
    function deploy(DeployConfig memory config) external {
        Deployer.deployAll(config, deployer);
    }

    function test_aPriceInAnAssetOfNobodyIsRefused() public {
        DeployConfig memory config = deployConfig();
        config.prices[6].quote = address(venues.abc);
        vm.expectRevert(abi.encodeWithSelector(PricingDeployer.UnknownQuote.selector, address(venues.abc)));
        this.deploy(config);
    }
}
