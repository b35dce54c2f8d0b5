"""Adds one chunk to the sums; the last one ends the job."""

import gzip
import json
import os


def read(variable):
    with open(os.environ[variable]) as file:
        return json.load(file)


sums = read("MN_CONTEXT_FILE")["agent_state"] or {}
with gzip.open(os.environ["MN_BODY_FILE"], "rt") as chunk:
    lines = [json.loads(line) for line in chunk]

sums = {
    "chunks": sums.get("chunks", 0) + 1,
    "lines": sums.get("lines", 0) + len(lines),
    "kilos": sums.get("kilos", 0) + sum(line["kilos"] for line in lines),
    "jams": sums.get("jams", 0) + sum(line["level"] == "error" for line in lines),
}
answer = {"next_state": sums}
if read("MN_MESSAGE_FILE")["stream"]["eof"]:
    answer["complete_run"] = sums
print(json.dumps(answer))
