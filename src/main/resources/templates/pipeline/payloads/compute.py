"""Computes with what the step before has put out."""

import json
import os

with open(os.environ["MN_INPUT_FILE"]) as file:
    fetched = json.load(file)

numbers = fetched["numbers"]
print(json.dumps({"sum": sum(numbers), "count": len(numbers)}))
