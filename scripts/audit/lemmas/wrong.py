"""Formulas that look right and are not. Each is caught by the lemmas that name it."""

from dataclasses import replace

from formulas import BPS, MAX_KEEP, PERIOD, WAD, Formulas


class FeesRoundedTheOtherWay(Formulas):
    """the fee in ENTRY rounded up, the fee in EXIT rounded down"""

    def fee_down(self, n, profit, fee_bps):
        return n.up(profit * fee_bps, BPS)

    def fee_up(self, n, profit, fee_bps):
        return n.down(profit * fee_bps, BPS)


class EntryAtMin(Formulas):
    """an entry priced at sumMin"""

    def entry_value_up(self, n, b, fee_bps, loss):
        return super().entry_value_up(n, replace(b, sum_max=b.sum_min), fee_bps, loss)


class EntryLessLock(Formulas):
    """an entrant does not pay for locked profit"""

    def entry_value_up(self, n, b, fee_bps, loss):
        return n.max(super().entry_value_up(n, b, fee_bps, loss) - b.locked, 0)


class SharesRoundedUp(Formulas):
    """shares of a deposit rounded up"""

    def shares_down(self, n, assets, value, supply):
        return self.shares_up(n, assets, value, supply)


class AssetsRoundedDown(Formulas):
    """assets of a mint rounded down"""

    def assets_up(self, n, shares, value, supply):
        return self.assets_down(n, shares, value, supply)


class WithdrawRoundedDown(Formulas):
    """shares of a withdrawal rounded down"""

    def shares_up(self, n, assets, value, supply):
        return self.shares_down(n, assets, value, supply)


class RedeemRoundedUp(Formulas):
    """assets of a redemption rounded up"""

    def assets_down(self, n, shares, value, supply):
        return self.assets_up(n, shares, value, supply)


class RedeemAtMax(Formulas):
    """an exit priced at sumMax"""

    def redeem(self, n, b, fee_bps, supply, shares):
        value = self.exit_value_down(n, replace(b, sum_min=b.sum_max), fee_bps)
        assets = self.assets_down(n, shares, value, supply)
        return *self.leave(n, b, fee_bps, supply, assets, shares), assets


class MarkByShareAboveIt(Formulas):
    """the mark lowered by M*s/supply above the mark"""

    def mark_after_exit(self, n, mark, gross, leaving, unlocked, shares, supply):
        return mark - n.down(mark * shares, supply)


class FeeAtExitPrice(Formulas):
    """fee shares paid at the exit price"""

    def fee_shares(self, n, b, fee_bps, supply, fee):
        return self.shares_down(n, fee, self.exit_value_down(n, b, fee_bps), supply)


class FeeSharesRoundedUp(Formulas):
    """fee shares rounded up"""

    def fee_shares(self, n, b, fee_bps, supply, fee):
        return self.shares_up(n, fee, self.fee_share_value_up(n, b, fee_bps), supply)


class MarkByShareOnly(Formulas):
    """an entry always brings its part of the mark"""

    def mark_after_entry(self, n, mark, gross, assets, shares, supply):
        return mark + n.up(mark * shares, supply)


class MarkRoundedDown(Formulas):
    """the part of the mark an entry brings rounded down"""

    def mark_after_entry(self, n, mark, gross, assets, shares, supply):
        if n.holds(gross >= mark):
            return mark + assets
        return n.max(mark + n.down(mark * shares, supply), gross + assets)


class ExitUnsettled(Formulas):
    """the earned fee not settled before an exit of more than the mark"""

    def settles_first(self, n, b, assets):
        return False


class MarkUnmovedBelow(Formulas):
    """below the mark an entry does not move it"""

    def mark_after_entry(self, n, mark, gross, assets, shares, supply):
        return n.max(mark, gross + assets)


class StaysRoundedDown(Formulas):
    """the value of what stays of a position rounded down"""

    def left_up(self, n, value, left, held):
        return n.down(value * left, held)


class SoldAtMin(Formulas):
    """units sold for an exit counted at the lower of safe and spot"""

    def sale_value(self, n, safe, spot):
        return n.min(safe, spot)


class MostSharesAsForDeposit(Formulas):
    """the most shares converted as for a deposit"""

    def shares_for(self, n, assets, value, supply):
        return self.shares_down(n, assets, value, supply)


class MostSharesAsForWithdraw(Formulas):
    """the most shares converted as for a withdrawal"""

    def shares_for(self, n, assets, value, supply):
        return self.shares_up(n, assets, value, supply)


class KeepUnbounded(Formulas):
    """k without its bound of 1%"""

    def in_kind_terms(self, n, b, shares, supply):
        return n.min(n.up(b.locked * WAD, n.max(b.idle + b.sum_min, 1)), WAD), 0


class KeepOnV(Formulas):
    """k measured on V"""

    def in_kind_terms(self, n, b, shares, supply):
        return super().in_kind_terms(n, replace(b, sum_min=b.sum_safe), shares, supply)


class KeepNothing(Formulas):
    """k = 0 with the lock left to those who stay, mark and all"""

    def in_kind_terms(self, n, b, shares, supply):
        return 0, 0


class InKindUnsettled(Formulas):
    """the earned fee not minted before an in-kind exit"""

    def before_in_kind(self, n, b, fee_bps, supply):
        return b, supply


class MarkUnshifted(Formulas):
    """the mark not shifted for the lock taken in kind"""

    def mark_after_exit(self, n, mark, gross, leaving, unlocked, shares, supply):
        return super().mark_after_exit(n, mark, gross, leaving, 0, shares, supply)


class UnlocksTooMuch(Formulas):
    """the lock measured from its end to its start"""

    def remaining(self, n, locked, start, end, time):
        return n.up(locked * (time - start), end - start)


class LockRoundedDown(Formulas):
    """what is still locked rounded down"""

    def remaining(self, n, locked, start, end, time):
        return n.down(locked * (end - time), end - start)


class EndIsFirst(Formulas):
    """a gain unlocks with what was locked before it"""

    def add(self, n, locked, end, gain, time):
        return locked + gain, end


class EndRoundedUp(Formulas):
    """the lock's end rounded up"""

    def add(self, n, locked, end, gain, time):
        return locked + gain, n.up(locked * end + gain * (time + PERIOD), locked + gain)


class EndRestarted(Formulas):
    """every gain starts the period anew"""

    def add(self, n, locked, end, gain, time):
        return locked + gain, time + PERIOD


class LossSparesTheLock(Formulas):
    """a loss leaves the lock alone"""

    def eat(self, n, locked, loss):
        return locked


class MarkIgnoresFee(Formulas):
    """the mark does not move with the management fee"""

    def mark_after_entry(self, n, mark, gross, assets, shares, supply):
        return mark


class LossMarkRoundedUp(Formulas):
    """the loss mark rounded up"""

    def loss_mark_after_entry_down(self, n, loss_mark, assets, shares, supply):
        return n.up(loss_mark * supply + assets * WAD, supply + shares)

    def loss_mark_after_fee_down(self, n, loss_mark, shares, supply):
        return n.up(loss_mark * supply, supply + shares)
