"""Shares the dishes out, reads one of them, adds all of them up: the argument says which."""

import json
import os
import pathlib
import sys


def read(variable):
    with open(os.environ[variable]) as file:
        return json.load(file)


def plan():
    guests = read("MN_INPUT_FILE")["guests"]
    dishes = sorted(file.stem for file in pathlib.Path("dishes").iterdir())
    items = [{"dish": dish, "guests": guests} for dish in dishes]
    scatter = {"type": "workflow_step_scatter", "payload": {"target": "dish", "items": items}}
    return {"events": [scatter], "complete_step": {"dishes": dishes}}


def dish():
    item = read("MN_INPUT_FILE")["item"]
    needs = {}
    for line in pathlib.Path("dishes", item["dish"] + ".txt").read_text().splitlines():
        grams, thing = line.split(" ", 1)
        needs[thing] = int(grams) * item["guests"]
    return {"complete_step": needs}


def shopping():
    total = {}
    for needs in read("MN_CONTEXT_FILE")["workflow"]["inputs"].values():
        for thing, grams in needs.items():
            total[thing] = total.get(thing, 0) + grams
    return {"complete_step": dict(sorted(total.items()))}


print(json.dumps({"plan": plan, "dish": dish, "list": shopping}[sys.argv[1]]()))
