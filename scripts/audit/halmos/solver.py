"""The solver Halmos starts: cvc5 on an SMT-LIB file, with bit vectors as whole numbers, where it is good at divisions."""

import sys

import cvc5

solver = cvc5.Solver()
for option, value in (("produce-models", "true"), ("solve-bv-as-int", "iand"), ("bvand-integer-granularity", "1")):
    solver.setOption(option, value)
parser = cvc5.InputParser(solver)
parser.setFileInput(cvc5.InputLanguage.SMT_LIB_2_6, sys.argv[-1])
while not (command := parser.nextCommand()).isNull():
    print(command.invoke(solver, parser.getSymbolManager()), end="", flush=True)
