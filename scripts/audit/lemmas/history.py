"""Replays the flows of a real vault (contracts/test/symbolic/LmpHistory.t.sol) with the formulas the lemmas are about."""

import json
import os
import subprocess
from collections import Counter

from domain import Numbers, Reverts, Wraps
from formulas import Book, Formulas

CALLS = ("deposit", "mint", "withdraw", "redeem", "redeemThroughQueue", "redeemInKind")


def state(numbers):
    """supply, feeBps, cover and the book, as the test prints them."""
    supply, fee_bps, cover, idle, safe, low, high, locked, mark = numbers
    return supply, fee_bps, cover, Book(idle, safe, low, high, locked, mark)


def replay(f, call, amount, was, now):
    """(book, supply, result) after the flow, by the formulas."""
    n = Numbers()
    supply, fee_bps, cover, b = was
    if call in ("deposit", "mint"):
        return getattr(f, call)(n, b, fee_bps, supply, amount, cover)
    if call in ("withdraw", "redeem"):
        return getattr(f, call)(n, b, fee_bps, supply, amount)
    left = now[3]
    if call == "redeemThroughQueue":
        sums = (left.sum_safe, left.sum_min, left.sum_max)
        return f.redeem_through_queue(n, b, fee_bps, supply, amount, *sums, surplus=left.idle)
    settled, supply = f.before_in_kind(n, b, fee_bps, supply)
    keep, unlocked = f.in_kind_terms(n, settled, amount, supply)
    after, supply = f.take_slice(n, settled, supply, amount, keep, unlocked, left.sum_safe, left.sum_min, left.sum_max)
    return after, supply, settled.idle - after.idle


def part_stays(f, amount, was, now):
    """What in_kind() in lemmas.py assumes of the positions' sums."""
    n = Numbers()
    supply, fee_bps, _, b = was
    b, supply = f.before_in_kind(n, b, fee_bps, supply)
    keep, _ = f.in_kind_terms(n, b, amount, supply)
    whole, gone, left = (supply + 1) * 10**18, amount * (10**18 - keep), now[3]
    sums = ((b.sum_safe, left.sum_safe), (b.sum_min, left.sum_min), (b.sum_max, left.sum_max))
    return all(after * whole >= before * (whole - gone) and after <= before for before, after in sums)


def rest_stays(was, now, owed):
    """What sales() in lemmas.py assumes of the positions' sums."""
    b, left = was[3], now[3]
    sums = ((b.sum_safe, left.sum_safe), (b.sum_min, left.sum_min), (b.sum_max, left.sum_max))
    falls = all(after <= before for before, after in sums)
    return b.idle < owed and falls and all(before - after <= owed - b.idle for before, after in sums[:2])


def difference(f, line):
    _, call, amount, result, *numbers = line.split()
    amount, result, *numbers = (int(x) for x in (amount, result, *numbers))
    was, now = state(numbers[:9]), state(numbers[9:])
    try:
        *got, said = replay(f, call, amount, was, now)
    except (Reverts, Wraps) as e:
        return [f"{line}: the formulas refuse it: {e!r}"]
    if got != [now[3], now[0]]:
        return [f"{line}: the formulas say {got}"]
    if call == "redeemThroughQueue":
        if not f.exit_floor(Numbers(), said, was[3].idle) <= result <= said:
            return [f"{line}: not between the floor and the {said} owed"]
        if not rest_stays(was, now, said):
            return [f"{line}: more than its worth was sold"]
    elif said != result:
        return [f"{line}: the formulas say {said}"]
    if call == "redeemInKind" and not part_stays(f, amount, was, now):
        return [f"{line}: less than its part stays"]
    return []


def compare(forge, seed, steps):
    """Returns (flows by call, differences)."""
    f, flows, differences = Formulas(), Counter(), []
    command = [forge, "test", "--match-contract", "^LmpHistory", "--json", "-vv"]
    environment = {**os.environ, "HISTORY_SEED": str(seed), "HISTORY_STEPS": str(steps)}
    output = subprocess.run(command, stdout=subprocess.PIPE, text=True, env=environment).stdout
    suites = json.loads(output[output.index("{") :])
    for suite in suites.values():
        for test in suite["test_results"].values():
            if test["status"] != "Success":
                differences.append(f"the history itself fails: {test['reason']}")
            for line in test["decoded_logs"]:
                if line.startswith("flow "):
                    flows[line.split()[1]] += 1
                    differences += difference(f, line)
    differences += [f"{call}: {flows[call]} flows, too few to say anything" for call in CALLS if flows[call] < 20]
    return dict(flows), differences
