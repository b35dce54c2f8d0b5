"""Asks the model that MN_LLM_MODEL and MN_LLM_API_BASE name, and reports its tokens."""

import datetime
import json
import os
import pathlib
import sys
import urllib.request

with open(os.environ["MN_INPUT_FILE"]) as file:
    given = json.load(file)
base, model = os.environ.get("MN_LLM_API_BASE"), os.environ.get("MN_LLM_MODEL")
if not base or not model:
    sys.exit("no model: this server gives programs no MN_LLM_API_BASE and MN_LLM_MODEL")

question = {
    "model": model,
    "messages": [{"role": "user", "content": given["question"]}],
    "max_tokens": given["max_tokens"],
}
request = urllib.request.Request(
    base.rstrip("/") + "/chat/completions",
    json.dumps(question).encode(),
    {"Content-Type": "application/json"},
)
if os.environ.get("MN_LLM_API_KEY"):
    request.add_header("Authorization", "Bearer " + os.environ["MN_LLM_API_KEY"])
with urllib.request.urlopen(request, timeout=150) as response:
    answer = json.load(response)

usage = answer.get("usage") or {}
sample = {
    "schema": "mn.blueprint.resource_sample.v1",
    "ts": datetime.datetime.now(datetime.timezone.utc).isoformat(),
    "run_id": os.environ["MN_RUN_ID"],
    "component": "ask-a-model",
    "llm": {
        "provider": os.environ.get("MN_LLM_PROVIDER", ""),
        "model": model,
        "input_tokens": usage.get("prompt_tokens", 0),
        "output_tokens": usage.get("completion_tokens", 0),
        "total_tokens": usage.get("total_tokens", 0),
        "calls": 1,
    },
}
run = pathlib.Path(os.environ["MN_RUNS_ROOT"], os.environ["MN_RUN_ID"])
with open(run / "resources.jsonl", "a") as samples:
    samples.write(json.dumps(sample) + "\n")
print(json.dumps({"answer": answer["choices"][0]["message"]["content"], "model": model}))
