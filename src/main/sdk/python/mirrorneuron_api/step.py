"""For programs of steps: ``from mirrorneuron_api import step``. It says in Python what docs/programs.md says in files and variables.

What is emitted or told is kept until ``complete`` or ``done``, which print it as the one object of this attempt, its last
line; an attempt that fails before has said nothing. Nothing here needs another package or the network.
"""

import json
import os
import pathlib
import shutil
import time
from typing import Any, Dict, List, Mapping, Optional, Sequence, Union

_said: Dict[str, Any] = {}


def input() -> Any:
    """What this step is to work on."""
    return _read("MN_INPUT_FILE")


def context() -> Dict[str, Any]:
    """Who we are, the inputs of the job, the outputs of all steps before this one."""
    found: Dict[str, Any] = _read("MN_CONTEXT_FILE")
    return found


def state() -> Any:
    """What ``keep`` was given when this agent ran last; None the first time."""
    return context().get("agent_state")


def keep(value: Any) -> None:
    """Finds its way to ``state`` of the next time."""
    _said["next_state"] = value


def emit(type: str, body: Any, *, to: Optional[str] = None) -> None:
    """Sends a message along the edges, or straight to one agent."""
    message = {"type": type, "body": body}
    if to is not None:
        message["to"] = to
    _said.setdefault("emit_messages", []).append(message)


def tell(type: str, payload: Optional[Mapping[str, Any]] = None) -> None:
    """Puts an event into the log of the run."""
    _said.setdefault("events", []).append({"type": type, "payload": dict(payload or {})})


def progress(share: Optional[float] = None, message: Optional[str] = None) -> None:
    """Shows at once how far we are, from 0 to 1, and that we live."""
    beacon = {"progress": share, "message": message}
    known = {name: value for name, value in beacon.items() if value is not None}
    print(os.environ["MN_AGENT_BEACON_STDOUT_PREFIX"] + json.dumps(known), flush=True)


def artifact(name: str, content: "Union[bytes, str, os.PathLike[str]]") -> pathlib.Path:
    """Puts a file where people find it: bytes, text, or a copy of the file at a ``Path``."""
    folder = pathlib.Path(os.environ["MN_JOB_OUTPUT_DIR"])
    target = folder / name
    target.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, bytes):
        target.write_bytes(content)
    elif isinstance(content, str):
        target.write_text(content, encoding="utf-8")
    else:
        shutil.copyfile(content, target)
    return target


def ask(
    prompt: str, *, decisions: Sequence[str] = (), name: str = "question", timeout: Optional[float] = None
) -> Dict[str, Any]:
    """Asks a person and waits for the answer, an object with ``decision``, ``by`` and more.

    Done again after a crash it finds its question, and perhaps the answer, by its name, which is to be one of its own in the run.
    Raises TimeoutError after so many seconds.
    """
    log = pathlib.Path(os.environ["MN_RUNS_ROOT"], os.environ["MN_RUN_ID"], "human.jsonl")
    question: Dict[str, Any] = {"request_id": name, "prompt": prompt}
    if decisions:
        question["allowed_decisions"] = list(decisions)
    if "MN_WORKFLOW_STEP_ID" in os.environ:
        question["step_id"] = os.environ["MN_WORKFLOW_STEP_ID"]
    if not _payloads(log, "human_input_requested", name):
        with log.open("a", encoding="utf-8") as lines:
            lines.write(json.dumps({"type": "human_input_requested", "payload": question}) + "\n")
    until = None if timeout is None else time.monotonic() + timeout
    while True:
        answers = _payloads(log, "human_input_received", name)
        if answers:
            return answers[0]
        if until is not None and time.monotonic() > until:
            raise TimeoutError(f"nobody has answered {name} in {timeout} seconds")
        time.sleep(0.2)


def complete(output: Any = True) -> None:
    """The step is done, and this is its output; print nothing after it."""
    _said["complete_step"] = output
    done()


def complete_run(result: Any) -> None:
    """The whole job is done, and this is its result."""
    _said["complete_run"] = result
    done()


def done() -> None:
    """Says what was emitted, told and kept; print nothing after it."""
    print("\n" + json.dumps(_said), flush=True)
    _said.clear()


def _read(variable: str) -> Any:
    with open(os.environ[variable], encoding="utf-8") as file:
        return json.load(file)


def _payloads(log: pathlib.Path, type: str, name: str) -> List[Dict[str, Any]]:
    """Those of whole lines; the last one may still be being written."""
    text = log.read_text(encoding="utf-8") if log.exists() else ""
    found = []
    for line in text.split("\n")[:-1]:
        try:
            record = json.loads(line)
        except ValueError:
            continue
        payload = record.get("payload") if isinstance(record, dict) and record.get("type") == type else None
        if isinstance(payload, dict) and payload.get("request_id") == name:
            found.append(payload)
    return found
