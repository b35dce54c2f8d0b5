"""Publishes what was approved. Behind several steps the input has what each put out, under its id."""

import json
import os

with open(os.environ["MN_INPUT_FILE"]) as file:
    before = json.load(file)

print(json.dumps({"published": before["draft"]["text"], "approved_by": before["review"]["by"]}))
