"""Adds up one column of a table by the values of another, and writes what came of it."""

import json
import os
import pathlib
import sys


def add_up(given):
    sums = {}
    for number, row in enumerate(given["rows"], 1):
        for column in (given["group_by"], given["sum"]):
            if column not in row:
                sys.exit("row %d has no column %s" % (number, column))
        group = str(row[given["group_by"]])
        sums[group] = sums.get(group, 0) + float(row[given["sum"]])
    return {"group_by": given["group_by"], "sum": given["sum"], "sums": sums}


def write(given):
    lines = ["| %s | %s |" % (given["group_by"], given["sum"]), "|---|---|"]
    for group, total in sorted(given["sums"].items(), key=lambda pair: -pair[1]):
        lines.append("| %s | %g |" % (group.replace("|", "\\|"), total))
    run = pathlib.Path(os.environ["MN_RUNS_ROOT"], os.environ["MN_RUN_ID"])
    (run / "report.md").write_text("\n".join(lines) + "\n")
    return {"report": "report.md", "sums": given["sums"]}


with open(os.environ["MN_INPUT_FILE"]) as file:
    print(json.dumps({"add_up": add_up, "write": write}[sys.argv[1]](json.load(file))))
