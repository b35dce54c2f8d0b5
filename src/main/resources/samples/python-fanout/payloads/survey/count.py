"""Sums one orchard's harvest and finds its best tree."""

import csv
import io
import json
import os

with open(os.environ["MN_INPUT_FILE"]) as file:
    message = json.load(file)

trees = [(int(row["kilos"]), row["tree"]) for row in csv.DictReader(io.StringIO(message["csv"]))]
answer = {
    "orchard": message["orchard"],
    "kilos": sum(kilos for kilos, _ in trees),
    "best_tree": max(trees)[1],
}
print(json.dumps({"emit_messages": [{"type": "counted", "body": answer}]}))
