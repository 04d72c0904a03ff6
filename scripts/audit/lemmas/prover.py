"""Settles a lemma's obligations with z3 and cvc5, and looks for counterexamples of what should not hold."""

import itertools
import time

import cvc5
import z3

from domain import Numbers, Reverts, Unmet, Wraps, over_reals, walks


class Unsettled(Exception):
    pass


def _z3(facts, formula, seconds):
    solver = z3.Solver()
    solver.set("timeout", max(1, int(seconds * 1000)))
    solver.add(facts)
    solver.add(z3.Not(formula))
    return str(solver.check())


def _reals(facts, formula, seconds):
    return over_reals([*facts, z3.Not(formula)], seconds)


def _cvc5(facts, formula, seconds):
    script = z3.Solver()
    script.add(facts)
    script.add(z3.Not(formula))
    solver = cvc5.Solver()
    solver.setOption("tlimit-per", str(max(1, int(seconds * 1000))))
    parser = cvc5.InputParser(solver)
    parser.setStringInput(cvc5.InputLanguage.SMT_LIB_2_6, "(set-logic QF_NIA)\n" + script.to_smt2(), "obligation")
    symbols = parser.getSymbolManager()
    answer = "unknown"
    while not (command := parser.nextCommand()).isNull():
        said = str(command.invoke(solver, symbols)).strip()
        if said in ("sat", "unsat", "unknown"):
            answer = said
    return answer


MEANS = (("z3 over the reals", _reals), ("cvc5", _cvc5), ("z3", _z3))


def settle(facts, formula, seconds):
    """The name of what proved it. Short attempts first: most obligations fall at once to one of the solvers."""
    for share in (0.01, 0.1, 1):
        for name, attempt in MEANS:
            answer = attempt(facts, formula, seconds * share)
            if answer == "unsat":
                return name
            if answer == "sat" and attempt is not _reals:
                raise Unsettled("refuted")
    raise Unsettled("no answer in time")


def satisfiable(facts, seconds):
    solver = z3.Solver()
    solver.set("timeout", int(seconds * 1000))
    solver.add(facts)
    return solver.check() == z3.sat


def prove(lemma, seconds):
    """Proves a lemma in all of its branches. Returns (solvers used, obligations); raises Unsettled."""
    used, count, possible = set(), 0, False
    for n in walks(lemma):
        for text, facts, formula in n.obligations:
            try:
                used.add(settle(facts, formula, seconds))
            except Unsettled as e:
                raise Unsettled(f"{text}: {e}\n{n.taken}\n{formula}") from e
            count += 1
        possible = possible or satisfiable(n.facts, seconds)
    if count == 0:
        raise Unsettled("nothing to prove")
    if not possible:
        raise Unsettled("its assumptions contradict each other, or no example of them was found")
    return used, count


# A counterexample is looked for with some inputs given, which leaves the solver little that is not linear; then with none.
BOOKS = (
    {"idle": 5, "sum_safe": 5, "sum_min": 4, "sum_max": 6, "locked": 3},
    # Without lock and spread ENTRY, EXIT and V are one: the roundings decide.
    {"idle": 10, "sum_safe": 0, "sum_min": 0, "sum_max": 0, "locked": 0},
    {"idle": 1000, "sum_safe": 9000, "sum_min": 8990, "sum_max": 9010, "locked": 5000},
)
PINS = (
    # Above its mark, below it, and wherever the solver puts it.
    *(
        {"fee_bps": 2000, "supply": supply, "amount": amount, **book, **mark}
        for mark in ({"mark": 1}, {"mark": 10**6}, {})
        for supply, amount in ((9, 1), (9, 4), (7, 4))
        for book in BOOKS
    ),
    *({"fee_bps": 2000, "supply": supply, "amount": amount} for supply, amount in ((9, 1), (9, 4), (1000, 500))),
    *({"fee_bps": 2500, "supply": supply, **book} for supply in (9, 1000) for book in BOOKS),
    {"fee_bps": 2000, "supply": 9},
    {"fee_bps": 2000},
    {},
)


def refute(lemma, seconds):
    """Finds numbers for which a lemma does not hold, and checks them by running it on them. Returns (numbers, what failed)."""
    end = time.monotonic() + seconds
    for attempt, pins in itertools.product((0.2, 1, seconds / 10), PINS):
        for n in walks(lemma, pins):
            for _, facts, formula in n.obligations:
                left = end - time.monotonic()
                if left <= 0:
                    raise Unsettled("no counterexample found in time")
                solver = z3.Solver()
                solver.set("timeout", max(1, int(1000 * min(attempt, left))))
                solver.add(facts)
                solver.add(z3.Not(formula))
                if solver.check() != z3.sat:
                    continue
                model = solver.model()
                numbers = {name: model.eval(v, model_completion=True).as_long() for name, v in n.names.items()}
                failed = run(lemma, numbers)
                if not failed:
                    raise Unsettled(f"the solver's counterexample {numbers} is none on numbers")
                return numbers, failed[0]
    raise Unsettled("no counterexample exists where one was looked for")


def run(lemma, numbers):
    """What of a lemma fails on numbers; an empty list if all holds."""
    n = Numbers(numbers)
    try:
        lemma(n)
    except (Unmet, Reverts, Wraps):
        return []
    return n.failed
