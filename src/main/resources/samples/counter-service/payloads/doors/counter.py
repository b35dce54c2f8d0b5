"""Counts visitors by door. A door must be made known first; the main one is."""

import json
import os
import sys


def read(variable):
    with open(os.environ[variable]) as file:
        return json.load(file)


message = read("MN_INPUT_FILE")
doors = read("MN_CONTEXT_FILE")["agent_state"] or {"main": 0}
if "new_door" in message:
    doors.setdefault(message["new_door"], 0)
elif message["door"] in doors:
    doors[message["door"]] += message["visitors"]
else:
    sys.exit(f"there is no door {message['door']}")
print(json.dumps({"next_state": doors, "events": [{"type": "visitors", "payload": doors}]}))
