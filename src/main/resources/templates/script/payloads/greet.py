"""Greets somebody. MN_INPUT_FILE has what the step works on, as JSON; what it prints is its output."""

import json
import os

with open(os.environ["MN_INPUT_FILE"]) as file:
    given = json.load(file)

print(json.dumps({"greeting": f"Hello, {given['name']}!"}))
