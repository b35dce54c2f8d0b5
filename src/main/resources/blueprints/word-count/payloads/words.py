"""Shares texts out, counts the words of one, puts all counts together."""

import collections
import json
import os
import re
import sys

LONGEST = 200  # letters of a word; longer ones are counted by their beginning


def read(variable):
    with open(os.environ[variable]) as file:
        return json.load(file)


def share():
    given = read("MN_INPUT_FILE")
    items = [{"text": text} for text in given["texts"]]
    scatter = {"type": "workflow_step_scatter", "payload": {"target": "count", "items": items}}
    return {"events": [scatter], "complete_step": {"texts": len(items)}}


def count():
    words = re.findall(r"\w+", read("MN_INPUT_FILE")["item"]["text"].lower())
    counts = collections.Counter(w if len(w) <= LONGEST else w[:LONGEST] + "…" for w in words)
    return {"complete_step": dict(counts)}


def merge():
    context = read("MN_CONTEXT_FILE")
    total = collections.Counter()
    for counts in context["workflow"]["inputs"].values():
        total.update({word: n for word, n in counts.items() if isinstance(n, int)})
    most = dict(total.most_common(context["inputs"]["most"]))
    return {"complete_step": {"words": sum(total.values()), "most_frequent": most}}


print(json.dumps({"share": share, "count": count, "merge": merge}[sys.argv[1]]()))
