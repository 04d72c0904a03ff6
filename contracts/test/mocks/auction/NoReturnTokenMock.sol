// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

/// @notice Old style token of 6 decimals: returns nothing, refuses transfers of zero and changes of an allowance that is not zero.
contract NoReturnTokenMock {
    uint8 public constant decimals = 6;
    mapping(address account => uint256) public balanceOf;
    mapping(address owner => mapping(address spender => uint256)) public allowance;

    error Refused();

    function mint(address to, uint256 amount) external {
        balanceOf[to] += amount;
    }

    function approve(address spender, uint256 amount) external {
        require(amount == 0 || allowance[msg.sender][spender] == 0, Refused());
        allowance[msg.sender][spender] = amount;
    }

    function transfer(address to, uint256 amount) external {
        _move(msg.sender, to, amount);
    }

    function transferFrom(address from, address to, uint256 amount) external {
        allowance[from][msg.sender] -= amount;
        _move(from, to, amount);
    }

    function _move(address from, address to, uint256 amount) private {
        require(amount != 0, Refused());
        balanceOf[from] -= amount;
        balanceOf[to] += amount;
    }
}
