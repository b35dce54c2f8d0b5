"""Writes a draft."""

import json
import os

with open(os.environ["MN_INPUT_FILE"]) as file:
    given = json.load(file)

print(json.dumps({"text": f"We are glad to tell you of {given['subject']}."}))
