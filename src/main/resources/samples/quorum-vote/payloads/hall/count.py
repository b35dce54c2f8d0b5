"""Counts the votes that are there."""

import json
import os

with open(os.environ["MN_CONTEXT_FILE"]) as file:
    votes = json.load(file)["workflow"]["inputs"]

tally = {}
for vote in votes.values():
    tally[vote["vote"]] = tally.get(vote["vote"], 0) + 1
print(json.dumps({"complete_step": {"decided": max(tally, key=tally.get), "votes": tally, "voters": sorted(votes)}}))
