"""Two ways to run the same formulas: on numbers, and on unknowns for a solver.

A formula takes a domain `n` and speaks to it: `n.down(x, y)` and `n.up(x, y)` are the two roundings of x / y, and every
branch is `if n.holds(condition)`. On numbers these mean what they say. On unknowns a quotient is a fresh q with its floor
spelled out, q*y <= x < q*y + y, and a branch is walked once each way.
"""

import z3


def _as_reals(e):
    """The same formula over the reals: what holds there holds for whole numbers."""
    if z3.is_int_value(e):
        return z3.RealVal(e.as_long())
    if z3.is_const(e) and z3.is_int(e):
        return z3.Real(e.decl().name())
    children = [_as_reals(c) for c in e.children()]
    kind = e.decl().kind()
    if kind == z3.Z3_OP_ADD:
        return z3.Sum(children)
    if kind == z3.Z3_OP_MUL:
        return z3.Product(children)
    if kind == z3.Z3_OP_SUB:
        total = children[0]
        for c in children[1:]:
            total = total - c
        return total
    if kind == z3.Z3_OP_UMINUS:
        return -children[0]
    binary = {
        z3.Z3_OP_LE: lambda a, b: a <= b,
        z3.Z3_OP_GE: lambda a, b: a >= b,
        z3.Z3_OP_LT: lambda a, b: a < b,
        z3.Z3_OP_GT: lambda a, b: a > b,
        z3.Z3_OP_EQ: lambda a, b: a == b,
        z3.Z3_OP_DISTINCT: lambda a, b: a != b,
    }
    if kind in binary:
        return binary[kind](*children)
    connectives = {z3.Z3_OP_NOT: z3.Not, z3.Z3_OP_AND: z3.And, z3.Z3_OP_OR: z3.Or, z3.Z3_OP_IMPLIES: z3.Implies}
    if kind in connectives:
        return connectives[kind](*children)
    if kind in (z3.Z3_OP_TRUE, z3.Z3_OP_FALSE):
        return e
    raise ValueError(f"not expected in a formula: {e.decl()}")


def _number(term):
    """The number a term is, None where that is unknown."""
    if isinstance(term, int):
        return term
    term = z3.simplify(term)
    return term.as_long() if z3.is_int_value(term) else None


def over_reals(facts, seconds):
    """Whether the facts can hold together when the unknowns need not be whole: fast, and a no is a no."""
    solver = z3.Tactic("qfnra-nlsat").solver()
    solver.set("timeout", max(1, int(seconds * 1000)))
    solver.add([_as_reals(z3.simplify(fact)) for fact in facts if z3.is_expr(fact)])
    return str(solver.check())


class Unmet(Exception):
    """The inputs do not meet an assumption."""


class Reverts(Exception):
    """The contract would revert here."""


class Wraps(Exception):
    """A subtraction below 0, which the contract may not check: the lemmas prove that the vault makes none."""


class Numbers:
    """Inputs from a dictionary; `goals` collects what failed to hold."""

    def __init__(self, inputs=None):
        self.inputs = inputs or {}
        self.failed = []

    def var(self, name):
        return self.inputs.get(name, 0)

    def holds(self, condition):
        return bool(condition)

    def assume(self, condition):
        if not condition:
            raise Unmet

    def sub(self, x, y):
        if y > x:
            raise Wraps
        return x - y

    def max(self, x, y):
        return max(x, y)

    def min(self, x, y):
        return min(x, y)

    def down(self, x, y):
        if y == 0:
            raise Reverts
        return x // y

    def up(self, x, y):
        if y == 0:
            raise Reverts
        return -(-x // y)

    def either(self, *conditions):
        return any(conditions)

    def both(self, *conditions):
        return all(conditions)

    def let(self, value):
        return value

    def step(self, condition, using=None):
        return condition

    def prove(self, text, condition, using=None):
        if not condition:
            self.failed.append(text)


class Pruned(Exception):
    """This combination of branches cannot happen."""


class Unknowns:
    """One walk through a lemma's branches. Collects facts, and obligations as (text, facts, formula)."""

    def __init__(self, decisions, pins=None):
        """With `pins`, some inputs have values and intermediate results are left out: the way to look for a counterexample."""
        self.decisions = decisions
        self.taken = []
        self.pins = pins
        self.names = {}
        self.facts = []
        self.obligations = []
        self.known = {}

    def var(self, name):
        """A whole number, at least 0."""
        pinned = self.pins is not None and name in self.pins
        v = z3.IntVal(self.pins[name]) if pinned else z3.Int(name)
        self.names[name] = v
        self.assume(v >= 0)
        return v

    def holds(self, condition):
        if isinstance(condition, bool):
            return condition
        condition = z3.simplify(condition)
        if z3.is_true(condition) or z3.is_false(condition):
            return z3.is_true(condition)
        position = len(self.taken)
        choice = self.decisions[position] if position < len(self.decisions) else True
        self.taken.append(choice)
        fact = condition if choice else z3.Not(condition)
        self.facts.append(fact)
        # What was decided before was looked at on an earlier walk, all but the last.
        if position >= len(self.decisions) - 1 and over_reals(self.facts, 0.1) == "unsat":
            raise Pruned
        return choice

    def assume(self, condition):
        if isinstance(condition, bool):
            if not condition:
                raise Pruned
            return
        self.facts.append(condition)

    def _once(self, kind, *terms):
        """The unknown that stands for these terms, and whether it is new."""
        key = (kind, *(z3.simplify(t, som=True).sexpr() if z3.is_expr(t) else t for t in terms))
        new = key not in self.known
        if new:
            self.known[key] = z3.Int(f"{kind}{len(self.known)}")
        return self.known[key], new

    def sub(self, x, y):
        """To be proven where it happens: the contract may not check it."""
        if self.pins is not None:
            self.assume(x >= y)
        elif self._once("sub", x, y)[1]:
            self.step(x >= y)
        return x - y

    def max(self, x, y):
        known = _number(x), _number(y)
        if None not in known:
            return max(known)
        m, new = self._once("max", x, y)
        if new:
            self.facts += [m >= x, m >= y, z3.Or(m == x, m == y)]
        return m

    def min(self, x, y):
        return -self.max(-x, -y)

    def down(self, x, y):
        known = _number(x), _number(y)
        if None not in known and known[1] > 0:
            return known[0] // known[1]
        q, new = self._once("down", x, y)
        if new:
            self.facts += [q * y <= x, x < q * y + y, q >= 0]
        return q

    def up(self, x, y):
        known = _number(x), _number(y)
        if None not in known and known[1] > 0:
            return -(-known[0] // known[1])
        q, new = self._once("up", x, y)
        if new:
            self.facts += [q * y >= x, x > q * y - y, q >= 0]
        return q

    def either(self, *conditions):
        return z3.Or(*conditions)

    def both(self, *conditions):
        return z3.And(*conditions)

    def let(self, value):
        """A name for a value, so that a proof can do without what it is made of."""
        if not z3.is_expr(value):
            return value
        value = z3.simplify(value, som=True)
        if z3.is_const(value):
            return value
        v, new = self._once("let", value)
        if new:
            self.facts.append(v == value)
        return v

    def step(self, condition, using=None):
        """An intermediate result: proven from what is known so far (or from `using` alone), then known itself."""
        if self.pins is None:
            self.prove("step", condition, using)
            self.facts.append(condition)
        return condition

    def prove(self, text, condition, using=None):
        facts = [fact for fact in self.facts if z3.is_expr(fact)]
        if using is not None and self.pins is None:
            named = [fact for fact in using if z3.is_expr(fact)]
            for premise in named:
                if not any(premise.eq(fact) for fact in facts):
                    self.obligations.append(("premise", facts, premise))
            facts = named
        self.obligations.append((text, facts, condition))


def walks(lemma, pins=None):
    """Every possible combination of branches of `lemma`, one Unknowns each."""
    pending = [[]]
    while pending:
        decisions = pending.pop()
        n = Unknowns(decisions, pins)
        try:
            lemma(n)
            complete = True
        except Pruned:
            complete = False
        for position in range(len(decisions), len(n.taken)):
            pending.append(n.taken[:position] + [False])
        if complete:
            yield n
