"""docs/fault-matrix.md: every fault has its line, and every test that it names exists."""

import pathlib
import re
import sys

WANTED = [f"NW{n}" for n in range(1, 20) if n != 13]
WANTED += [f"OK{n}" for n in range(1, 31)]
WANTED += [f"P{n:02}" for n in range(1, 39)]
WANTED += [f"R{n:02}" for n in range(1, 15)]
WANTED += [f"F{n:02}" for n in range(1, 26)]
WANTED += [f"T{n:02}" for n in range(1, 27)]
WANTED += [f"K{n:02}" for n in range(1, 11)]
WANTED += [f"A{n:02}" for n in range(1, 11)]
WANTED += [f"D{n:02}" for n in range(1, 17)]
WANTED += ["SK1", "SK2"] + [f"SK{n}" for n in range(5, 14)]

sources = list(pathlib.Path("tests").rglob("*.cpp"))
tests = {
    f"{suite}.{name}"
    for source in sources
    for suite, name in re.findall(r"\bTEST(?:_F|_P)?\(\s*(\w+),\s*(\w+)\s*\)", source.read_text())
}
for script in ("network_faults", "oidc_provider", "onboarding", "query", "syslog_receivers", "kafka"):
    cases = re.findall(r"^def (\w+)\(scene(?:: Scene)?\)", pathlib.Path(f"tests/system/{script}.py").read_text(), re.MULTILINE)
    tests |= {f"{script}.{case}" for case in cases}

wrong = []
lines = {}
for line in pathlib.Path("docs/fault-matrix.md").read_text().splitlines():
    cells = [cell.strip() for cell in line.strip("|").split("|")]
    if not line.startswith("| ") or cells[0] in ("id", ""):
        continue
    if cells[0] in lines:
        wrong.append(f"{cells[0]} has two lines")
    lines[cells[0]] = cells
    named = re.findall(r"`([^`]+)`", cells[-1])
    wrong += [f"{cells[0]} names {name}, and there is no such test" for name in named if name not in tests]
    if not named and cells[-1] != "not yet":
        wrong.append(f"{cells[0]} names no test, and does not say 'not yet'")
wrong += [f"{fault} has no line" for fault in WANTED if fault not in lines]

print("\n".join(wrong))
sys.exit(1 if wrong else 0)
