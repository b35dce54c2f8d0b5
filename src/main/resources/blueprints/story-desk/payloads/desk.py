"""Writes an announcement, and the page that it becomes once somebody agreed."""

import json
import os
import pathlib
import sys

GREETINGS = {"friendly": "Good news about %s!", "formal": "This is to announce %s."}


def draft(given):
    return {"subject": given["subject"], "text": GREETINGS[given["tone"]] % given["subject"]}


def publish(given):
    text = given["draft"]["text"]
    run = pathlib.Path(os.environ["MN_RUNS_ROOT"], os.environ["MN_RUN_ID"])
    (run / "page.md").write_text("# %s\n\n%s\n" % (given["draft"]["subject"], text))
    return {"page": "page.md", "text": text}


with open(os.environ["MN_INPUT_FILE"]) as file:
    print(json.dumps({"draft": draft, "publish": publish}[sys.argv[1]](json.load(file))))
