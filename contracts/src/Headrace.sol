// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

/// @title The product's name, in one place
library Headrace {
    string internal constant NAME = "Headrace";
}
