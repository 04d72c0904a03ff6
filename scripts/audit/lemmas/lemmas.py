"""What is proven of the vault's arithmetic, for whole numbers of any size.

A lemma is a function of a domain `n` and formulas `f`: it assumes, computes and proves. `n.step` is an intermediate result,
`n.let` a name for a value. Its wrong variants are formulas that look right; the solver must find numbers that show they are not.
"""

from dataclasses import dataclass, replace
from typing import Callable

import wrong
from formulas import BPS, MAX_KEEP, PERIOD, WAD, Book

MAX_FEE_BPS = 3000
MAX_CAP = (2**96 - 1) // 32


@dataclass(frozen=True)
class Lemma:
    name: str
    claim: str
    body: Callable
    wrong: tuple


LEMMAS = []


def lemma(claim, *variants):
    def register(body):
        LEMMAS.append(Lemma(body.__name__, claim, body, variants))
        return body

    return register


def any_book(n):
    """A book as the vault keeps it: sumMin <= sumSafe <= sumMax, L <= V. Returns (book, fee_bps, supply)."""
    b = Book(*(n.var(name) for name in ("idle", "sum_safe", "sum_min", "sum_max", "locked", "mark")))
    n.assume(b.sum_min <= b.sum_safe)
    n.assume(b.sum_safe <= b.sum_max)
    n.assume(b.locked <= b.idle + b.sum_safe)
    fee_bps, supply = n.var("fee_bps"), n.var("supply")
    n.assume(fee_bps <= MAX_FEE_BPS)
    n.assume(supply >= 1)
    return b, fee_bps, supply


def fee_value(n, f, b, fee_bps):
    """V - phi*(V - M)+, exactly: times 10,000."""
    gross = f.gross_value(n, b)
    return n.let(BPS * gross - fee_bps * n.max(gross - b.mark, 0))


def keeps_price(before, after, supply, supply_after, unit=1):
    """(value + 1)/(supply + 1) does not fall; values are times `unit`."""
    return (after + unit) * (supply + 1) >= (before + unit) * (supply_after + 1)


# ENTRY and EXIT


@lemma("ENTRY >= EXIT in every book", wrong.FeesRoundedTheOtherWay, wrong.EntryLessLock)
def entry_is_above_exit(n, f):
    b, fee_bps, _ = any_book(n)
    n.prove("ENTRY >= EXIT", f.entry_value_up(n, b, fee_bps, 0) >= f.exit_value_down(n, b, fee_bps))


def entry(n, f, call):
    """An entry that the cap lets pass. Returns what both prices need."""
    b, fee_bps, supply = any_book(n)
    cover, amount = n.var("cover"), n.var("amount")
    value = n.let(f.entry_value_up(n, b, fee_bps, 0) + cover)
    after, supply_after, other = getattr(f, call)(n, b, fee_bps, supply, amount, cover)
    assets, shares = (amount, other) if call == "deposit" else (other, amount)
    n.assume(f.gross_value(n, b) + assets <= MAX_CAP)
    paid = n.step(shares * (value + 1) <= assets * (supply + 1))
    facts = [paid, assets >= 0, shares >= 0, supply >= 0, value >= 0]
    return b, fee_bps, supply, assets, value, after, supply_after, facts


def entry_keeps_exit_price(n, f, call):
    b, fee_bps, supply, assets, value, after, supply_after, facts = entry(n, f, call)
    before = n.let(f.exit_value_down(n, b, fee_bps))
    n.assume(before > 0)
    now = n.let(f.exit_value_down(n, after, fee_bps))
    facts += [before > 0, n.step(value >= before), n.step(now >= before + assets)]
    n.prove("exit price", keeps_price(before, now, supply, supply_after), facts)


def entry_keeps_fee_price(n, f, call):
    b, fee_bps, supply, assets, value, after, supply_after, facts = entry(n, f, call)
    before, now = fee_value(n, f, b, fee_bps), fee_value(n, f, after, fee_bps)
    facts += [n.step(BPS * value >= before), n.step(now >= before + BPS * assets), n.step(before >= 0)]
    n.prove("fee share price", keeps_price(before, now, supply, supply_after, BPS), facts)


@lemma("deposit never lowers (EXIT+1)/(supply+1)", wrong.SharesRoundedUp)
def deposit_keeps_exit_price(n, f):
    entry_keeps_exit_price(n, f, "deposit")


@lemma("deposit never lowers (V-phi*(V-M)+ +1)/(supply+1)", wrong.SharesRoundedUp, wrong.EntryLessLock, wrong.EntryAtMin)
def deposit_keeps_fee_price(n, f):
    entry_keeps_fee_price(n, f, "deposit")


@lemma("mint never lowers (EXIT+1)/(supply+1)", wrong.AssetsRoundedDown)
def mint_keeps_exit_price(n, f):
    entry_keeps_exit_price(n, f, "mint")


@lemma("mint never lowers (V-phi*(V-M)+ +1)/(supply+1)", wrong.AssetsRoundedDown)
def mint_keeps_fee_price(n, f):
    entry_keeps_fee_price(n, f, "mint")


def sales(n, b, owed):
    """What stays of the positions after sales for `owed` assets: as far as sale_takes_its_worth says, inherited by sums."""
    safe, low, high = n.var("safe_left"), n.var("low_left"), n.var("high_left")
    for smaller, larger in ((low, safe), (safe, high), (safe, b.sum_safe), (low, b.sum_min), (high, b.sum_max)):
        n.assume(smaller <= larger)
    n.assume(b.idle < owed)
    n.assume(b.sum_safe - safe <= owed - b.idle)
    n.assume(b.sum_min - low <= owed - b.idle)
    return safe, low, high, n.var("surplus")


def leave(n, f, call):
    """An exit, whose earned fee is settled first where it must be. Returns what both prices need."""
    b, fee_bps, supply = any_book(n)
    amount = n.var("amount")
    value = n.let(f.exit_value_down(n, b, fee_bps))
    n.assume(value > 0)
    n.assume((amount if call != "withdraw" else n.let(f.shares_up(n, amount, value, supply))) <= supply)
    if call == "redeem_through_queue":
        after = sales(n, b, n.let(f.assets_down(n, amount, value, supply)))
        after, supply_after, other = f.redeem_through_queue(n, b, fee_bps, supply, amount, *after)
    else:
        after, supply_after, other = getattr(f, call)(n, b, fee_bps, supply, amount)
    assets, shares = (amount, other) if call == "withdraw" else (other, amount)
    n.assume(call == "redeem_through_queue" or assets <= b.idle)
    paid = n.step(assets * (supply + 1) <= shares * (value + 1))
    n.step(assets <= value, [paid, shares <= supply, value > 0, shares >= 0])
    minted = n.let(supply_after + shares - supply)
    fee, price = f.fee_down(n, n.max(f.released_value(n, b) - b.mark, 0), fee_bps), f.fee_share_value_up(n, b, fee_bps)
    n.step(n.either(minted == 0, minted * (price + 1) <= fee * (supply + 1)))
    return b, fee_bps, supply, assets, shares, value, after, minted, fee, n.let(price), paid


def exit_keeps_exit_price(n, f, call):
    b, fee_bps, supply, assets, shares, value, after, minted, fee, price, paid = leave(n, f, call)
    now = n.let(f.exit_value_down(n, after, fee_bps))
    above = n.step(price >= value)
    known = [above, n.either(minted == 0, minted * (price + 1) <= fee * (supply + 1)), minted >= 0, fee >= 0, value >= 0, supply >= 0]
    rise = n.let(now + assets - value)
    known += [n.step(n.either(n.both(minted == 0, rise >= 0), rise >= fee))]
    diluted = n.step(minted * (value + 1) <= rise * (supply + 1), known)
    n.prove(
        "exit price",
        keeps_price(value, value + rise - assets, supply, supply + minted - shares),
        [diluted, paid, minted >= 0],
    )


def exit_keeps_fee_price(n, f, call):
    b, fee_bps, supply, assets, shares, value, after, minted, fee, price, paid = leave(n, f, call)
    before, now = fee_value(n, f, b, fee_bps), fee_value(n, f, after, fee_bps)
    above = [n.step(BPS * price >= before), n.step(before >= BPS * value)]
    known = above + [n.either(minted == 0, minted * (price + 1) <= fee * (supply + 1)), minted >= 0, fee >= 0, supply >= 0, before >= 0]
    rise = n.let(now + BPS * assets - before)
    known += [n.step(n.either(n.both(minted == 0, rise >= 0), rise >= BPS * fee))]
    diluted = n.step(minted * (before + BPS) <= rise * (supply + 1), known)
    worth = n.step(BPS * assets * (supply + 1) <= shares * (before + BPS), above + [paid, shares >= 0])
    n.prove(
        "fee share price",
        keeps_price(before, before + rise - BPS * assets, supply, supply + minted - shares, BPS),
        [diluted, worth],
    )


@lemma("withdraw never lowers (EXIT+1)/(supply+1)", wrong.WithdrawRoundedDown)
def withdraw_keeps_exit_price(n, f):
    exit_keeps_exit_price(n, f, "withdraw")


@lemma("withdraw never lowers (V-phi*(V-M)+ +1)/(supply+1)", wrong.WithdrawRoundedDown)
def withdraw_keeps_fee_price(n, f):
    exit_keeps_fee_price(n, f, "withdraw")


@lemma("redeem never lowers (EXIT+1)/(supply+1)", wrong.RedeemRoundedUp, wrong.RedeemAtMax, wrong.MarkByShareAboveIt)
def redeem_keeps_exit_price(n, f):
    exit_keeps_exit_price(n, f, "redeem")


@lemma("redeem never lowers (V-phi*(V-M)+ +1)/(supply+1)", wrong.RedeemRoundedUp)
def redeem_keeps_fee_price(n, f):
    exit_keeps_fee_price(n, f, "redeem")


@lemma("redeem through the queue never lowers (EXIT+1)/(supply+1)", wrong.RedeemRoundedUp)
def queue_keeps_exit_price(n, f):
    exit_keeps_exit_price(n, f, "redeem_through_queue")


@lemma("redeem through the queue never lowers (V-phi*(V-M)+ +1)/(supply+1)", wrong.RedeemRoundedUp)
def queue_keeps_fee_price(n, f):
    exit_keeps_fee_price(n, f, "redeem_through_queue")


@lemma("a sale for an exit takes at most its worth from the sums of safe and of min", wrong.SoldAtMin)
def sale_takes_its_worth(n, f):
    units, safe, spot, rest = (n.var(name) for name in ("units", "safe", "spot", "rest"))
    n.assume(units >= 1)
    low = n.let(n.min(safe, spot))
    price = n.let(f.sale_value(n, safe, spot))
    n.assume(price > 0)
    worth = n.let(n.min(rest, price))
    sold = n.let(f.sold(n, units, worth, price))
    known = [n.step(sold * price <= units * worth), n.step(sold <= units), units >= 1, price > 0, worth >= 0]
    for value in (safe, low):
        left = n.let(f.left_up(n, value, units - sold, units))
        up = n.step(left * units >= value * (units - sold))
        taken = n.step(value * sold <= worth * units, [*known, n.step(value <= price), value >= 0, sold >= 0])
        n.prove("at most its worth", value - left <= worth, [up, taken, units >= 1])


@lemma("maxRedeem's shares are paid at most what it counts on, one more is paid more", wrong.MostSharesAsForDeposit, wrong.MostSharesAsForWithdraw)
def most_shares(n, f):
    assets, value, supply = (n.var(name) for name in ("amount", "value", "supply"))
    shares = n.let(f.shares_for(n, assets, value, supply))
    below = n.step(shares * (value + 1) < (assets + 1) * (supply + 1))
    above = n.step((shares + 1) * (value + 1) >= (assets + 1) * (supply + 1))
    paid, more = (n.let(f.assets_down(n, s, value, supply)) for s in (shares, shares + 1))
    known = [n.step(paid * (supply + 1) <= shares * (value + 1)), n.step((more + 1) * (supply + 1) > (shares + 1) * (value + 1)), supply >= 0]
    n.prove("paid at most", paid <= assets, [below, *known])
    n.prove("one more is paid more", more > assets, [above, *known])


@lemma("a deposit redeemed at once pays at most what was put in", wrong.SharesRoundedUp)
def there_and_back(n, f):
    b, fee_bps, supply = any_book(n)
    assets, cover = n.var("amount"), n.var("cover")
    n.assume(f.gross_value(n, b) + assets <= MAX_CAP)
    value = n.let(f.entry_value_up(n, b, fee_bps, 0) + cover)
    between, supply_between, shares = f.deposit(n, b, fee_bps, supply, assets, cover)
    now = n.let(f.exit_value_down(n, between, fee_bps))
    back = f.assets_down(n, shares, now, supply_between)
    shares = n.let(shares)
    known = [
        n.step(shares * (value + 1) <= assets * (supply + 1)),
        n.step(now <= value + assets),
        n.step(back * (supply + shares + 1) <= shares * (now + 1)),
    ]
    known.append(n.step(back * (supply + shares + 1) <= assets * (supply + shares + 1), known + [shares >= 0]))
    n.prove("assets -> shares -> assets", back <= assets, [known[-1], supply >= 1, shares >= 0])


# Fee


def settled(n, f):
    """A book with an earned fee, before and after it is settled."""
    b, fee_bps, supply = any_book(n)
    n.assume(f.released_value(n, b) > b.mark)
    price = n.let(f.fee_share_value_up(n, b, fee_bps))
    after, supply_after, fee, shares = f.settle(n, b, fee_bps, supply)
    shares = n.let(shares)
    paid = n.step(shares * (price + 1) <= fee * (supply + 1))
    return b, fee_bps, supply, after, fee, shares, price, [paid, shares >= 0, supply >= 1]


@lemma("fee shares are worth at most phi*(R-M), at the price they were paid at", wrong.FeeAtExitPrice, wrong.FeeSharesRoundedUp)
def fee_shares_at_their_price(n, f):
    b, fee_bps, supply, after, fee, shares, price, known = settled(n, f)
    now = fee_value(n, f, after, fee_bps)
    profit = n.let(fee_bps * (f.released_value(n, b) - b.mark))
    known += [n.step(now <= BPS * price + profit), n.step(BPS * fee <= profit)]
    n.prove("worth", shares * (now + BPS) <= profit * (supply + shares + 1), known)


@lemma("fee shares redeem for at most f, at EXIT and at totalAssets", wrong.FeeAtExitPrice, wrong.FeeSharesRoundedUp)
def fee_shares_at_exit(n, f):
    b, fee_bps, supply, after, fee, shares, price, known = settled(n, f)
    total, left = n.let(f.total_value_down(n, after, fee_bps)), n.let(f.exit_value_down(n, after, fee_bps))
    known += [n.step(total <= price + fee), n.step(left <= total), n.step(left >= 0)]
    n.prove("totalAssets", shares * (total + 1) <= fee * (supply + shares + 1), known)
    n.prove("EXIT", shares * (left + 1) <= fee * (supply + shares + 1), known)


@lemma("settling the fee lowers neither price", wrong.FeeAtExitPrice, wrong.FeeSharesRoundedUp)
def settling_keeps_prices(n, f):
    b, fee_bps, supply, after, fee, shares, price, known = settled(n, f)
    before, now = n.let(f.exit_value_down(n, b, fee_bps)), n.let(f.exit_value_down(n, after, fee_bps))
    n.assume(before > 0)
    n.prove(
        "exit price",
        keeps_price(before, now, supply, supply + shares),
        known + [n.step(now >= before + fee), n.step(price >= before)],
    )
    before, now = fee_value(n, f, b, fee_bps), fee_value(n, f, after, fee_bps)
    n.prove(
        "fee share price",
        keeps_price(before, now, supply, supply + shares, BPS),
        known + [n.step(now >= before + BPS * fee), n.step(BPS * price >= before)],
    )


@lemma("one settlement costs phi*(R-M), less than one base unit less, and sets M = R", wrong.FeesRoundedTheOtherWay)
def settlement_costs_the_fee(n, f):
    b, fee_bps, supply, after, fee, shares, price, known = settled(n, f)
    due = fee_bps * (after.mark - b.mark)
    n.prove("at most phi", BPS * fee <= due)
    n.prove("at least phi, less one unit", BPS * fee > due - BPS)
    n.prove("M = R", after.mark == f.released_value(n, after))


# The mark under flows


def released_above_mark(n, f, b):
    return f.released_value(n, b) - b.mark


@lemma("above the mark an entry keeps R - M, below it no fee arises", wrong.MarkByShareOnly, wrong.MarkRoundedDown)
def entry_makes_no_fee(n, f):
    b, fee_bps, supply = any_book(n)
    assets, shares = n.var("amount"), n.var("shares")
    n.assume(f.gross_value(n, b) + assets <= MAX_CAP)
    after, _ = f.enter(n, b, supply, assets, shares)
    was, now = released_above_mark(n, f, b), released_above_mark(n, f, after)
    if n.holds(f.gross_value(n, b) >= b.mark):
        n.prove("R - M stays", now == was)
        n.prove("V stays above the mark", f.gross_value(n, after) >= after.mark)
    else:
        n.prove("no fee", now <= 0)
        full = after.mark == 2**96 - 1
        n.prove("M grows as the supply", n.either(full, supply * after.mark >= b.mark * (supply + shares)))


@lemma("above the mark an exit keeps R - M or takes the settled fee, below it no fee arises", wrong.MarkByShareAboveIt)
def exit_makes_no_fee(n, f):
    b, fee_bps, supply = any_book(n)
    shares = n.var("amount")
    n.assume(shares <= supply)
    after, _, assets = f.redeem(n, b, fee_bps, supply, shares)
    n.assume(assets <= b.idle)
    was, now = released_above_mark(n, f, b), released_above_mark(n, f, after)
    if n.holds(f.gross_value(n, b) >= b.mark):
        n.prove("R - M stays, or becomes 0 with its fee paid", n.either(now == was, n.both(now == 0, was > 0)))
    else:
        n.prove("no fee", now <= 0)


@lemma("an exit never lowers the mark below 0", wrong.ExitUnsettled)
def exit_keeps_mark_positive(n, f):
    b, fee_bps, supply = any_book(n)
    shares = n.var("amount")
    n.assume(shares <= supply)
    value = n.let(f.exit_value_down(n, b, fee_bps))
    assets = n.let(f.assets_down(n, shares, value, supply))
    n.step(assets <= value)
    if f.settles_first(n, b, assets):
        b, supply, _, _ = f.settle(n, b, fee_bps, supply)
    n.assume(f.gross_value(n, b) >= b.mark)
    n.prove("M - a >= 0", b.mark >= assets)


@lemma("a deposit redeemed at once leaves M, or M + 1, or V where the deposit lifted V to it", wrong.MarkUnmovedBelow)
def flash_flow_keeps_deficit(n, f):
    b, fee_bps, supply = any_book(n)
    assets, cover = n.var("amount"), n.var("cover")
    n.assume(f.gross_value(n, b) < b.mark)
    n.assume(f.gross_value(n, b) + assets <= MAX_CAP)
    between, supply_between, shares = f.deposit(n, b, fee_bps, supply, assets, cover)
    n.assume(shares > 0)
    n.assume(between.mark < 2**96 - 1)
    after, _, back = f.redeem(n, between, fee_bps, supply_between, shares)
    n.assume(back > 0)
    n.prove("no deficit is erased", after.mark >= b.mark)
    n.prove("none is made", n.either(after.mark <= b.mark + 1, after.mark <= f.gross_value(n, after)))


# Exit in kind


@lemma("what stays of a position is at least its part, whatever its units are worth", wrong.StaysRoundedDown)
def slice_leaves_its_part(n, f):
    units, value, shares, supply, keep = (n.var(name) for name in ("units", "value", "amount", "supply", "keep"))
    n.assume(units >= 1)
    n.assume(shares <= supply)
    n.assume(keep <= MAX_KEEP)
    whole, gone = n.let((supply + 1) * WAD), n.let(shares * (WAD - keep))
    taken = f.slice_down(n, units, shares, supply, keep)
    left = f.left_up(n, value, units - taken, units)
    small = n.step(taken * whole <= units * gone)
    n.step(gone <= whole)
    n.prove("not more units than there are", taken <= units)
    up = n.step(left * units >= value * (units - taken))
    worth = n.step(value * (units * whole - taken * whole) >= value * (units * whole - units * gone), [small, value >= 0])
    scaled = n.step(left * units * whole >= value * (units - taken) * whole, [up, whole >= 0])
    n.prove("at least its part", left * whole >= value * (whole - gone), [worth, scaled, units >= 1])
    n.prove("not more than there was", left <= value)


@lemma("an in-kind exit leaves at most 1% of its slice, and a base unit, behind", wrong.KeepUnbounded)
def at_most_one_percent_stays(n, f):
    b, fee_bps, supply = any_book(n)
    shares = n.var("amount")
    n.assume(shares <= supply)
    keep, _ = f.in_kind_terms(n, b, shares, supply)
    taken = n.let(f.slice_down(n, b.idle, shares, supply, keep))
    bound = n.step(keep <= MAX_KEEP)
    floor = n.step((taken + 1) * (supply + 1) * WAD > b.idle * shares * (WAD - keep))
    n.prove("at least 99% of the part", 100 * (taken + 1) * (supply + 1) >= 99 * b.idle * shares, [bound, floor, b.idle >= 0, shares >= 0])


def in_kind(n, f):
    """An exit in kind. What stays of the positions is only known as far as slice_leaves_its_part says: the sums of any number of
    positions inherit that."""
    b, fee_bps, supply = any_book(n)
    shares = n.var("amount")
    b, supply = f.before_in_kind(n, b, fee_bps, supply)
    b, supply = replace(b, mark=n.let(b.mark)), n.let(supply)
    n.assume(shares <= supply)
    keep, unlocked = f.in_kind_terms(n, b, shares, supply)
    whole, gone = (supply + 1) * WAD, shares * (WAD - keep)
    safe, low, high = n.var("safe_left"), n.var("low_left"), n.var("high_left")
    n.assume(low <= safe)
    n.assume(safe <= high)
    n.assume(safe <= b.sum_safe)
    n.assume(low <= b.sum_min)
    n.assume(safe * whole >= b.sum_safe * (whole - gone))
    n.assume(low * whole >= b.sum_min * (whole - gone))
    after, supply_after = f.take_slice(n, b, supply, shares, keep, unlocked, safe, low, high)
    exitable = b.idle + b.sum_min
    keep, unlocked = n.let(keep), n.let(unlocked)
    n.step(keep <= MAX_KEEP)
    n.step(after.idle * whole >= b.idle * (whole - gone))
    n.step(after.idle <= b.idle)
    lock = n.step(unlocked * (supply + 1) * WAD >= shares * (b.locked * WAD - exitable * keep))
    up = n.step(unlocked * (supply + 1) < b.locked * shares + supply + 1)
    n.step(unlocked <= b.locked, [up, shares <= supply, shares >= 0, b.locked >= 0])
    return b, fee_bps, supply, shares, keep, unlocked, after, supply_after, lock


def left_in_kind(n, f, b, supply, shares, keep, after):
    """V before and after, the part of all shares that stays, and that V falls by no more than the slice."""
    gross, left = n.let(f.gross_value(n, b)), n.let(f.gross_value(n, after))
    whole = (supply + 1) * WAD
    stays = n.let(whole - shares * WAD)
    parts = [after.idle * whole >= b.idle * (whole - shares * (WAD - keep)), after.sum_safe * whole >= b.sum_safe * (whole - shares * (WAD - keep))]
    names = [gross == f.gross_value(n, b), left == f.gross_value(n, after)]
    return gross, left, stays, n.step(left * whole >= gross * (whole - shares * (WAD - keep)), [*parts, *names])


@lemma("redeemInKind never lowers (EXIT+1)/(supply+1)", wrong.KeepOnV, wrong.InKindUnsettled, wrong.MarkUnshifted)
def in_kind_keeps_exit_price(n, f):
    b, fee_bps, supply, shares, keep, unlocked, after, supply_after, lock = in_kind(n, f)
    before, now = n.let(f.exit_value_down(n, b, fee_bps)), n.let(f.exit_value_down(n, after, fee_bps))
    was, left = n.let(b.idle + b.sum_min), n.let(after.idle + after.sum_min)
    whole, gone = (supply + 1) * WAD, shares * (WAD - keep)
    part = n.step(left * whole >= was * (whole - gone))
    lock = n.step(unlocked * whole >= shares * (b.locked * WAD - was * keep), [lock, was == b.idle + b.sum_min])
    rate = n.step((left + unlocked - b.locked) * whole >= (was - b.locked) * (whole - shares * WAD), [part, lock])
    known = [n.step((left + unlocked - b.locked) * (supply + 1) >= (was - b.locked) * (supply + 1 - shares), [rate])]
    known += [n.step(now >= left + unlocked - b.locked), n.step(before == n.max(was - b.locked, 0)), now >= 0, shares >= 0]
    known += [n.either(before == 0, before == was - b.locked), shares <= supply]
    n.prove("exit price", keeps_price(before, now, supply, supply - shares), known)


@lemma("redeemInKind never lowers (V-phi*(V-M)+ +1)/(supply+1)", wrong.InKindUnsettled, wrong.KeepNothing)
def in_kind_keeps_fee_price(n, f):
    b, fee_bps, supply, shares, keep, unlocked, after, supply_after, lock = in_kind(n, f)
    before, now = fee_value(n, f, b, fee_bps), fee_value(n, f, after, fee_bps)
    gross, left, stays, part = left_in_kind(n, f, b, supply, shares, keep, after)
    # V above M, before and after: it falls by the leaver's part, but for k of what he could take.
    profit, profit_left = n.let(n.max(gross - b.mark, 0)), n.let(n.max(left - after.mark, 0))
    exitable, whole = n.let(b.idle + b.sum_min), n.let((supply + 1) * WAD)
    lock = n.step(unlocked * whole >= shares * (b.locked * WAD - exitable * keep), [lock, exitable == b.idle + b.sum_min, whole == (supply + 1) * WAD])
    signs = [shares >= 0, shares <= supply, keep >= 0, whole == (supply + 1) * WAD, fee_bps <= MAX_FEE_BPS, fee_bps >= 0, profit >= 0]
    known = [n.step(profit <= b.locked), n.step(n.either(profit_left == 0, profit_left <= profit - unlocked)), exitable >= 0, *signs]
    bound = n.step(profit_left * whole <= profit * stays + shares * keep * exitable, [lock, stays == whole - shares * WAD, *known])
    values = [n.step(before == BPS * gross - fee_bps * profit), n.step(now == BPS * left - fee_bps * profit_left), n.step(exitable <= gross)]
    part = n.step(left * whole >= gross * (stays + shares * keep), [part, stays == whole - shares * WAD, whole == (supply + 1) * WAD])
    scaled = n.step(now * whole >= before * stays + shares * keep * (BPS * gross - fee_bps * exitable), [bound, part, *values, *signs])
    kept = n.step(shares * keep * (BPS * gross - fee_bps * exitable) >= 0, [*values, *signs, exitable >= 0])
    final = n.step(now * whole >= before * stays, [scaled, kept])
    final = n.step(now * (supply + 1) >= before * (supply + 1 - shares), [final, stays == whole - shares * WAD, whole == (supply + 1) * WAD])
    n.prove("fee share price", keeps_price(before, now, supply, supply - shares, BPS), [final, shares >= 0])


@lemma("redeemInKind makes no fee, keeps L <= V and M >= 0", wrong.MarkUnshifted, wrong.InKindUnsettled)
def in_kind_makes_no_fee(n, f):
    b, fee_bps, supply, shares, keep, unlocked, after, supply_after, lock = in_kind(n, f)
    gross, left, stays, part = left_in_kind(n, f, b, supply, shares, keep, after)
    exitable, whole = n.let(b.idle + b.sum_min), n.let((supply + 1) * WAD)
    # (V - L) less its part, and k of what is not in X, are not below 0.
    locked = n.let(b.locked)
    signs = [n.step(gross >= locked), n.step(gross >= exitable), n.step(stays >= 0), shares >= 0, keep >= 0]
    rest = n.step((gross - locked) * stays + shares * keep * (gross - exitable) >= 0, signs)
    names = [stays == whole - shares * WAD, whole == (supply + 1) * WAD, exitable == b.idle + b.sum_min]
    enough = n.step((left - locked + unlocked) * whole >= 0, [rest, part, lock, *names])
    covered = n.step(after.locked <= left, [enough, whole == (supply + 1) * WAD, supply >= 0])
    n.prove("L <= V", after.locked <= f.gross_value(n, after), [covered, left == f.gross_value(n, after)])
    settled = n.step(b.mark >= gross - locked)
    above = n.step(b.mark + unlocked >= gross - left, [settled, covered])
    n.prove("M >= 0", b.mark + unlocked >= gross - left, [above])
    was, now = released_above_mark(n, f, b), released_above_mark(n, f, after)
    if n.holds(f.gross_value(n, b) >= b.mark):
        n.prove("R - M stays", now == was)
    else:
        n.prove("no fee", now <= 0)


# Profit lock


@lemma("the lock never holds more than was locked and only falls with time", wrong.UnlocksTooMuch)
def lock_only_falls(n, f):
    locked, start, end, first, second = (n.var(name) for name in ("locked", "start", "end", "first", "second"))
    n.assume(n.both(start <= first, first <= second, start < end))
    now, later = f.remaining(n, locked, start, end, first), f.remaining(n, locked, start, end, second)
    n.prove("at most what was locked", now <= locked)
    n.prove("falls", later <= now)
    n.prove("not below 0", later >= 0)


@lemma("writing the lock down anew releases nothing early, and holds at most one base unit longer", wrong.LockRoundedDown)
def lock_written_anew(n, f):
    locked, start, end, first, second = (n.var(name) for name in ("locked", "start", "end", "first", "second"))
    n.assume(n.both(start <= first, first < second, start < end, second < end))
    between = n.let(f.remaining(n, locked, start, end, first))
    anew, once = f.remaining(n, between, first, end, second), f.remaining(n, locked, start, end, second)
    whole, left, rest = n.let(end - start), n.let(end - first), n.let(end - second)
    low = n.step(between * whole >= locked * left)
    high = n.step(between * whole < locked * left + whole)
    signs = [whole > 0, left > 0, rest > 0, rest < left, left <= whole]
    low = n.step(anew * left * whole >= locked * left * rest, [low, n.step(anew * left >= between * rest), *signs])
    high = n.step(
        anew * left * whole < locked * left * rest + whole * rest + left * whole,
        [high, n.step(anew * left < between * rest + left), *signs],
    )
    low = n.step(anew * whole >= locked * rest, [low, *signs])
    high = n.step(anew * whole < locked * rest + 2 * whole, [high, *signs])
    n.prove("nothing early", anew >= once, [low, n.step(once * whole < locked * rest + whole), *signs])
    n.prove("one unit longer", anew <= once + 1, [high, n.step(once * whole >= locked * rest), *signs])


def any_gain(n):
    """A gain at `time` meets a lock that ends at most a period later, if it holds anything."""
    locked, end, gain, time = (n.var(name) for name in ("locked", "end", "gain", "time"))
    n.assume(n.either(locked == 0, n.both(end > time, end <= time + PERIOD)))
    return locked, end, gain, time


@lemma("a gain moves the lock's end to between the old end and now + 24 h, and is never released at once", wrong.EndIsFirst)
def lock_end_between(n, f):
    locked, end, gain, time = any_gain(n)
    n.assume(gain > 0)
    total, new_end = f.add(n, locked, end, gain, time)
    n.prove("all is locked", total == locked + gain)
    n.prove("at most a period", new_end <= time + PERIOD)
    n.prove("not before the old end", n.either(locked == 0, new_end >= end))
    n.prove("not at once", new_end > time)


@lemma("amount x time locked is the sum of the parts', less than a second of all short of it", wrong.EndRoundedUp, wrong.EndRestarted)
def lock_end_is_the_mean(n, f):
    locked, end, gain, time = any_gain(n)
    total, new_end = f.add(n, locked, end, gain, time)
    n.assume(total > 0)
    due = locked * (end - time) + gain * PERIOD
    n.prove("not longer", total * (new_end - time) <= due)
    n.prove("not shorter by a second", total * (new_end - time) > due - total)


@lemma("joined, they unlock no faster a second than the two apart, the end's last second aside", wrong.EndIsFirst)
def lock_rate(n, f):
    locked, end, gain, time = any_gain(n)
    total, new_end = f.add(n, locked, end, gain, time)
    n.assume(n.both(locked > 0, gain > 0))
    left, joined = n.let(end - time), n.let(new_end - time)
    mean = n.step((locked + gain) * (joined + 1) >= locked * left + gain * PERIOD)
    square = n.step((locked + gain) * (locked + gain) * left * PERIOD <= (locked * left + gain * PERIOD) * (locked * PERIOD + gain * left))
    sums = n.step(
        (locked * left + gain * PERIOD) * (locked * PERIOD + gain * left)
        <= (locked + gain) * (joined + 1) * (locked * PERIOD + gain * left),
        [mean, locked > 0, gain > 0, left > 0],
    )
    n.prove("rate", (locked + gain) * left * PERIOD <= (joined + 1) * (locked * PERIOD + gain * left), [square, sums, locked > 0, gain > 0])


@lemma("a loss lowers R only by what exceeds the lock, and L <= V stays", wrong.LossSparesTheLock)
def loss_eats_the_lock_first(n, f):
    b, fee_bps, supply = any_book(n)
    loss = n.var("loss")
    n.assume(loss <= b.sum_safe)
    after = replace(b, sum_safe=b.sum_safe - loss, locked=f.eat(n, b.locked, loss))
    n.prove("R", f.released_value(n, after) == f.released_value(n, b) - n.max(loss - b.locked, 0))
    n.prove("L <= V", after.locked <= f.gross_value(n, after))


# Management fee and loss mark


@lemma("a management fee m raises no performance fee, and its shares are worth at most m", wrong.SharesRoundedUp, wrong.MarkIgnoresFee)
def management_fee_is_no_profit(n, f):
    b, fee_bps, supply = any_book(n)
    fee, cover = n.var("amount"), n.var("cover")
    n.assume(f.released_value(n, b) <= b.mark)
    n.assume(fee <= f.released_value(n, b))
    value = n.let(f.entry_value_up(n, b, fee_bps, fee) + cover)
    shares = n.let(f.shares_down(n, fee, value, supply))
    paid = n.step(shares * (value + 1) <= fee * (supply + 1))
    mark = f.mark_after_entry(n, b.mark, f.gross_value(n, b) - fee, fee, shares, supply)
    after = replace(b, locked=f.eat(n, b.locked, fee), mark=mark)
    n.prove("no performance fee", f.released_value(n, after) <= after.mark)
    price = n.let(f.fee_share_value_up(n, after, fee_bps))
    known = [paid, n.step(price <= value + fee), shares >= 0, supply >= 1]
    n.prove("worth", shares * (price + 1) <= fee * (supply + shares + 1), known)


@lemma("no entry raises lossMark*supply by more than it pays", wrong.LossMarkRoundedUp)
def entry_raises_no_loss(n, f):
    mark, assets, shares, supply = (n.var(name) for name in ("loss_mark", "amount", "shares", "supply"))
    n.assume(supply + shares >= 1)
    after = mark
    if n.holds(f.is_below(n, mark, assets, shares)):
        after = f.loss_mark_after_entry_down(n, mark, assets, shares, supply)
    n.prove("loss", after * (supply + shares) <= mark * supply + assets * WAD)


@lemma("no fee shares raise lossMark*supply", wrong.LossMarkRoundedUp)
def fee_raises_no_loss(n, f):
    mark, shares, supply = (n.var(name) for name in ("loss_mark", "shares", "supply"))
    n.assume(supply + shares >= 1)
    n.prove("loss", f.loss_mark_after_fee_down(n, mark, shares, supply) * (supply + shares) <= mark * supply)
