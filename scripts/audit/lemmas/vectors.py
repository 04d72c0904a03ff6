"""Compares every formula the lemmas use with the compiled library, on edges and random numbers.

The library's functions are those of contracts/test/symbolic/MathHarness.sol; its bytecode is run by anvil's eth_call, with the
code given in the call.
"""

import inspect
import json
import random
import re
import socket
import subprocess
import time
import urllib.error
import urllib.request

from eth_abi import decode, encode
from eth_utils import function_signature_to_4byte_selector

from domain import Numbers, Reverts, Wraps
from formulas import MAX_KEEP, Book, Formulas

LOCAL = urllib.request.build_opener(urllib.request.ProxyHandler({}))
HARNESS = "0x00000000000000000000000000000000000a0d17"
PER_FUNCTION = 250
# Formulas without a function of their own in the library: the calls, compared by history.py, and parts of them.
OF_CALLS = {
    "zero_floor_sub", "left_up", "moved", "settle", "fee_shares", "enter", "deposit", "mint", "leave", "settles_first",
    "withdraw", "redeem", "sale_value", "sold", "redeem_through_queue", "before_in_kind", "take_slice",
}  # fmt: skip


def snake(name):
    return re.sub(r"([A-Z])", lambda m: "_" + m.group(1).lower(), name)


# What the vault may give, where that is more than an amount of the asset.
BITS = {"supply": 117, "shares": 117, "value": 129, "lossMark": 80, "balance": 128}
AMOUNT_BITS = 96
UNSAID = object()


def amount(rng, bits=AMOUNT_BITS):
    """Edges, small numbers and numbers of every size."""
    return rng.choice([0, 1, 2, 2**bits - 1, rng.randrange(100), rng.randrange(2 ** rng.randrange(1, bits + 1))])


def largest(names):
    """The largest of everything: a product that fits 256 bits here fits anywhere."""
    at = {"b": (2**AMOUNT_BITS - 1,) * 6, "feeBps": 3000, "keep": 0, "loss": 0, "elapsed": 2**32 - 1, "start": 0, "end": 2**32 - 1, "time": 0}
    return [at.get(name, 2 ** BITS.get(name, AMOUNT_BITS) - 1) for name in names]


def arguments(rng, names):
    """Arguments as the vault may give them, by their names."""
    drawn = {}
    for name in names:
        if name == "b":
            idle, safe = amount(rng), amount(rng)
            low = rng.choice([safe, 0, rng.randrange(safe + 1), safe - safe // 200])
            high = rng.choice([safe, safe + safe // 200, safe + amount(rng)])
            locked = rng.choice([0, idle + safe, rng.randrange(idle + safe + 1), (idle + low) // 200])
            mark = rng.choice([0, amount(rng), idle + safe, rng.randrange(idle + safe + 1), idle + safe - locked])
            drawn[name] = (idle, safe, low, high, locked, mark)
        elif name == "feeBps":
            drawn[name] = rng.choice([0, 1, 200, 2000, 3000, rng.randrange(3001)])
        elif name == "keep":
            drawn[name] = rng.choice([0, MAX_KEEP, rng.randrange(MAX_KEEP + 1)])
        elif name in ("start", "end", "time", "elapsed"):
            drawn[name] = rng.choice([0, rng.randrange(2**32), 1_700_000_000 + rng.randrange(200_000)])
        else:
            drawn[name] = amount(rng, BITS.get(name, AMOUNT_BITS))
    if "shares" in drawn and "supply" in drawn and rng.randrange(4):
        drawn["shares"] = rng.choice([drawn["supply"], rng.randrange(drawn["supply"] + 1)])
    if "loss" in drawn and "b" in drawn:
        drawn["loss"] = rng.randrange(sum(drawn["b"][:2]) // 300 + 1)
    return list(drawn.values())


def expected(formula, values):
    values = [Book(*v) if isinstance(v, tuple) else v for v in values]
    try:
        result = formula(Numbers(), *values)
    except Reverts:
        return None
    except Wraps:
        return UNSAID
    result = result if isinstance(result, tuple) else (result,)
    return tuple(result)


def call(url, requests):
    """Answers of one batch of eth_call, in order."""
    body = [{"jsonrpc": "2.0", "id": i, "method": "eth_call", "params": params} for i, params in enumerate(requests)]
    post = urllib.request.Request(url, json.dumps(body).encode(), {"content-type": "application/json"})
    with LOCAL.open(post, timeout=120) as answer:
        return sorted(json.load(answer), key=lambda a: a["id"])


def await_start(process, url):
    for _ in range(300):
        if process.poll() is not None:
            raise RuntimeError("anvil ended before it listened")
        try:
            call(url, [({"to": HARNESS}, "latest")])
            return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
    raise RuntimeError("anvil does not listen")


def compare(artifact, anvil, seed):
    """Returns (functions, vectors, differences)."""
    with open(artifact) as file:
        harness = json.load(file)
    functions = [entry for entry in harness["abi"] if entry["type"] == "function"]
    code = harness["deployedBytecode"]["object"]
    formulas = Formulas()
    public = {name for name, _ in inspect.getmembers(Formulas, inspect.isfunction)}
    differences = [f"{f['name']}: no such formula" for f in functions if snake(f["name"]) not in public]
    differences += [f"{name}: not in the harness" for name in public - OF_CALLS - {snake(f["name"]) for f in functions}]
    if differences:
        return len(functions), 0, differences

    rng, vectors = random.Random(seed), 0
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen([anvil, "--silent", "--port", str(port)])
    try:
        url = f"http://127.0.0.1:{port}"
        await_start(process, url)
        for function in functions:
            types = [f"({','.join(c['type'] for c in i['components'])})" if i["type"] == "tuple" else i["type"] for i in function["inputs"]]
            selector = function_signature_to_4byte_selector(f"{function['name']}({','.join(types)})")
            outputs = [o["type"] for o in function["outputs"]]
            inputs = [arguments(rng, [i["name"] for i in function["inputs"]]) for _ in range(PER_FUNCTION - 1)]
            inputs.append(largest([i["name"] for i in function["inputs"]]))
            requests = [
                ({"to": HARNESS, "data": "0x" + (selector + encode(types, values)).hex()}, "latest", {HARNESS: {"code": code}})
                for values in inputs
            ]
            succeeded = 0
            for values, answer in zip(inputs, call(url, requests), strict=True):
                want = expected(getattr(formulas, snake(function["name"])), values)
                if want is UNSAID:
                    continue
                got = decode(outputs, bytes.fromhex(answer["result"][2:])) if "result" in answer else None
                succeeded += got is not None
                if got != want:
                    differences.append(f"{function['name']}{tuple(values)}: the library says {got}, the formula {want}")
            if succeeded < PER_FUNCTION // 2:
                differences.append(f"{function['name']}: only {succeeded} of {PER_FUNCTION} vectors say anything")
            vectors += len(inputs)
    finally:
        process.terminate()
        process.wait()
    return len(functions), vectors, differences
