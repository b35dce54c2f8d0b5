"""Fetches the numbers: here from the inputs of the run; see mn run --input numbers='[1, 2]'."""

import json
import os

with open(os.environ["MN_INPUT_FILE"]) as file:
    given = json.load(file)

print(json.dumps({"numbers": given["numbers"]}))
