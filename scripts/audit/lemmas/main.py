"""Proves the lemmas, shows that their wrong variants are caught, and compares their formulas with the compiled code.

Prints one JSON object per claim on stdout, progress on stderr. Started by scripts/audit/main.ts.
"""

import argparse
import json
import multiprocessing
import os
import sys
import time

import history
import vectors
from formulas import Formulas
from lemmas import LEMMAS
from prover import Unsettled, prove, refute


def short(numbers):
    return ", ".join(f"{name} {value}" for name, value in numbers.items())


def row(claim, means, result, started, note=""):
    seconds = round(time.monotonic() - started, 1)
    return {"claim": claim, "means": means, "result": result, "seconds": seconds, "note": note}


def work(task):
    """One lemma, or one of its wrong variants."""
    position, variant, seconds = task
    lemma = LEMMAS[position]
    started = time.monotonic()
    claim = f"{lemma.name}: {lemma.claim}"
    if variant is None:
        try:
            used, count = prove(lambda n: lemma.body(n, Formulas()), seconds)
            return row(claim, "lemma: " + ", ".join(sorted(used)), "proven", started, f"{count} steps")
        except Unsettled as e:
            return row(claim, "lemma", "SHORT", started, str(e))
    claim = f"{lemma.name} fails with {lemma.wrong[variant].__doc__}"
    try:
        numbers, _ = refute(lambda n: lemma.body(n, lemma.wrong[variant]()), seconds)
        return row(claim, "wrong variant: z3", "caught", started, short(numbers))
    except Unsettled as e:
        return row(claim, "wrong variant: z3", "SHORT", started, str(e))


def comparisons(arguments):
    started = time.monotonic()
    functions, count, differences = vectors.compare(arguments.harness, arguments.anvil, arguments.seed)
    claim = f"the formulas are the compiled library's: {functions} functions, {count} vectors"
    yield row(claim, "eth_call", "SHORT" if differences else "equal", started, "\n".join(differences[:5]))
    started = time.monotonic()
    flows, differences = history.compare(arguments.forge, arguments.seed, arguments.steps)
    claim = f"the formulas are the vault's calls: {sum(flows.values())} flows of a random history"
    yield row(claim, "forge test", "SHORT" if differences else "equal", started, "\n".join(differences[:5]))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--harness", required=True, help="artifact of MathHarness")
    parser.add_argument("--anvil", required=True)
    parser.add_argument("--forge", required=True)
    parser.add_argument("--timeout", type=float, required=True, help="seconds per step and solver")
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--steps", type=int, default=400)
    arguments = parser.parse_args()

    for line in comparisons(arguments):
        print(json.dumps(line), flush=True)
    tasks = [
        (position, variant, arguments.timeout)
        for position, lemma in enumerate(LEMMAS)
        for variant in (None, *range(len(lemma.wrong)))
    ]
    with multiprocessing.get_context("spawn").Pool(os.cpu_count()) as pool:
        for done, line in enumerate(pool.imap(work, tasks), 1):
            print(f"lemmas: {done}/{len(tasks)} {line['result']}: {line['claim']}", file=sys.stderr, flush=True)
            print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
