"""The formulas of contracts/src/lmp/LmpMath.sol and ProfitLock.sol, by the same names, and the calls of LMP.sol made of them.

`n` is the domain (domain.py). vectors.py compares every function of `Formulas` with the compiled library, calls.py the calls
with a vault. Amounts in base units of the asset.
"""

from dataclasses import dataclass, replace
from typing import Any

WAD = 10**18
BPS = 10_000
MAX_KEEP = WAD // 100
EXIT_SLIPPAGE = WAD // 100
MAX_UINT96 = 2**96 - 1
PERIOD = 24 * 3600


@dataclass(frozen=True)
class Book:
    idle: Any
    sum_safe: Any
    sum_min: Any
    sum_max: Any
    locked: Any
    mark: Any


class Formulas:
    """A wrong variant overrides one of them."""

    def zero_floor_sub(self, n, x, y):
        return n.max(x - y, 0)

    # Values of the book

    def gross_value(self, n, b):
        return b.idle + b.sum_safe

    def released_value(self, n, b):
        return self.zero_floor_sub(n, self.gross_value(n, b), b.locked)

    def entry_value_up(self, n, b, fee_bps, loss):
        profit = self.zero_floor_sub(n, self.gross_value(n, b), b.mark + loss)
        return n.sub(b.idle + b.sum_max, loss + self.fee_down(n, profit, fee_bps))

    def exit_value_down(self, n, b, fee_bps):
        profit = self.zero_floor_sub(n, self.released_value(n, b), b.mark)
        exitable = self.zero_floor_sub(n, b.idle + b.sum_min, b.locked)
        return self.zero_floor_sub(n, exitable, self.fee_up(n, profit, fee_bps))

    def total_value_down(self, n, b, fee_bps):
        released = self.released_value(n, b)
        return n.sub(released, self.fee_up(n, self.zero_floor_sub(n, released, b.mark), fee_bps))

    def fee_share_value_up(self, n, b, fee_bps):
        gross = self.gross_value(n, b)
        return n.sub(gross, self.fee_down(n, self.zero_floor_sub(n, gross, b.mark), fee_bps))

    def fee_down(self, n, profit, fee_bps):
        return n.down(profit * fee_bps, BPS)

    def fee_up(self, n, profit, fee_bps):
        return n.up(profit * fee_bps, BPS)

    def management_fee_down(self, n, released, bps, elapsed):
        return n.down(released * bps * n.min(elapsed, 30 * 86400), BPS * 365 * 86400)

    # Conversions

    def shares_down(self, n, assets, value, supply):
        return n.down(assets * (supply + 1), value + 1)

    def shares_up(self, n, assets, value, supply):
        return n.up(assets * (supply + 1), value + 1)

    def assets_down(self, n, shares, value, supply):
        return n.down(shares * (value + 1), supply + 1)

    def assets_up(self, n, shares, value, supply):
        return n.up(shares * (value + 1), supply + 1)

    def shares_for(self, n, assets, value, supply):
        return n.down((assets + 1) * (supply + 1) - 1, value + 1)

    def exit_floor(self, n, owed, idle):
        if n.holds(owed <= idle):
            return owed
        return idle + n.down((owed - idle) * (WAD - EXIT_SLIPPAGE), WAD)

    def is_price_too_low(self, n, entry_value, supply):
        return (entry_value + 1) * 10**6 < supply + 1

    # The mark under flows

    def mark_after_entry(self, n, mark, gross, assets, shares, supply):
        if n.holds(gross >= mark):
            return mark + assets
        if n.holds(supply == 0):
            return gross + assets
        return n.max(mark + n.up(mark * shares, supply), gross + assets)

    def mark_after_exit(self, n, mark, gross, leaving, unlocked, shares, supply):
        if n.holds(gross >= mark):
            return self.zero_floor_sub(n, mark + unlocked, leaving)
        part = n.down(mark * shares, supply)
        n.step(part <= mark, [part * supply <= mark * shares, shares <= supply, supply >= 1, mark >= 0])
        kept = n.sub(mark, part)
        return n.max(kept, self.zero_floor_sub(n, gross + unlocked, leaving))

    def moved(self, n, mark, delta):
        return self.zero_floor_sub(n, mark, -delta) if n.holds(delta < 0) else mark + delta

    # The loss mark

    def is_below(self, n, loss_mark, assets, shares):
        return assets * WAD < shares * loss_mark

    def loss_mark_after_entry_down(self, n, loss_mark, assets, shares, supply):
        return n.down(loss_mark * supply + assets * WAD, supply + shares)

    def loss_mark_after_fee_down(self, n, loss_mark, shares, supply):
        return n.down(loss_mark * supply, supply + shares)

    # Exit in kind

    def in_kind_terms(self, n, b, shares, supply):
        exitable = b.idle + b.sum_min
        keep = MAX_KEEP if n.holds(exitable == 0) else n.min(n.up(b.locked * WAD, exitable), MAX_KEEP)
        kept = n.down(exitable * keep, WAD)
        return keep, n.up(self.zero_floor_sub(n, b.locked, kept) * shares, supply + 1)

    def slice_down(self, n, balance, shares, supply, keep):
        return n.down(balance * shares * (WAD - keep), (supply + 1) * WAD)

    def left_up(self, n, value, left, held):
        """What stays of a position's value, Positions.take."""
        return n.up(value * left, held)

    # ProfitLock

    def remaining(self, n, locked, start, end, time):
        if n.holds(time >= end):
            return 0
        return n.up(locked * (end - time), n.sub(end, start))

    def add(self, n, locked, end, gain, time):
        if n.holds(locked + gain == 0):
            return 0, end
        return locked + gain, n.down(locked * end + gain * (time + PERIOD), locked + gain)

    def eat(self, n, locked, loss):
        return self.zero_floor_sub(n, locked, loss)

    # The calls, on the book as of now. Each returns (book, supply, ...) after it.

    def settle(self, n, b, fee_bps, supply):
        """Without a change of value: mints the earned fee. Returns fee and fee shares too."""
        released = self.released_value(n, b)
        if not n.holds(released > b.mark):
            return b, supply, 0, 0
        fee = self.fee_down(n, released - b.mark, fee_bps)
        shares = self.fee_shares(n, b, fee_bps, supply, fee)
        return replace(b, mark=released), supply + shares, fee, shares

    def fee_shares(self, n, b, fee_bps, supply, fee):
        return self.shares_down(n, fee, self.fee_share_value_up(n, b, fee_bps), supply)

    def enter(self, n, b, supply, assets, shares):
        mark = self.mark_after_entry(n, b.mark, self.gross_value(n, b), assets, shares, supply)
        return replace(b, idle=b.idle + assets, mark=n.min(mark, MAX_UINT96)), supply + shares

    def deposit(self, n, b, fee_bps, supply, assets, cover=0):
        shares = self.shares_down(n, assets, self.entry_value_up(n, b, fee_bps, 0) + cover, supply)
        return *self.enter(n, b, supply, assets, shares), shares

    def mint(self, n, b, fee_bps, supply, shares, cover=0):
        assets = self.assets_up(n, shares, self.entry_value_up(n, b, fee_bps, 0) + cover, supply)
        return *self.enter(n, b, supply, assets, shares), assets

    def leave(self, n, b, fee_bps, supply, assets, shares):
        if self.settles_first(n, b, assets):
            b, supply, _, _ = self.settle(n, b, fee_bps, supply)
        mark = self.mark_after_exit(n, b.mark, self.gross_value(n, b), assets, 0, shares, supply)
        return replace(b, idle=b.idle - assets, mark=mark), supply - shares

    def settles_first(self, n, b, assets):
        return n.holds(assets > b.mark)

    def withdraw(self, n, b, fee_bps, supply, assets):
        shares = self.shares_up(n, assets, self.exit_value_down(n, b, fee_bps), supply)
        return *self.leave(n, b, fee_bps, supply, assets, shares), shares

    def redeem(self, n, b, fee_bps, supply, shares):
        assets = self.assets_down(n, shares, self.exit_value_down(n, b, fee_bps), supply)
        return *self.leave(n, b, fee_bps, supply, assets, shares), assets

    def sale_value(self, n, safe, spot):
        """What the units of a position count as when they are sold for an exit."""
        return safe

    def sold(self, n, units, worth, value):
        return n.down(units * worth, value)

    def redeem_through_queue(self, n, b, fee_bps, supply, shares, safe, low, high, surplus):
        """Beyond idle. `safe`, `low` and `high`: the sums of what stays of the positions; `surplus`: what sales bring above the
        value of what was sold. Returns what is owed; who redeems gets what the sales bring of it, at least exit_floor."""
        owed = self.assets_down(n, shares, self.exit_value_down(n, b, fee_bps), supply)
        b, supply, _, _ = self.settle(n, b, fee_bps, supply)
        after = replace(b, idle=0, sum_safe=safe, sum_min=low, sum_max=high)
        gross = self.gross_value(n, b)
        mark = self.mark_after_exit(n, b.mark, gross, gross - self.gross_value(n, after), 0, shares, supply)
        after = replace(after, idle=surplus, locked=b.locked + surplus, mark=mark)
        after, supply, _, _ = self.settle(n, after, fee_bps, supply - shares)
        return after, supply, owed

    def before_in_kind(self, n, b, fee_bps, supply):
        b, supply, _, _ = self.settle(n, b, fee_bps, supply)
        return b, supply

    def take_slice(self, n, b, supply, shares, keep, unlocked, safe, low, high):
        """`safe`, `low` and `high`: the sums of what stays of the positions."""
        idle = b.idle - self.slice_down(n, b.idle, shares, supply, keep)
        after = replace(b, idle=idle, sum_safe=safe, sum_min=low, sum_max=high, locked=b.locked - unlocked)
        gross = self.gross_value(n, b)
        mark = self.mark_after_exit(n, b.mark, gross, gross - self.gross_value(n, after), unlocked, shares, supply)
        return replace(after, mark=mark), supply - shares
