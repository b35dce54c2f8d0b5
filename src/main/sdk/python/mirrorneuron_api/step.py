"""For programs of steps: ``from mirrorneuron_api import step``. It says in Python what docs/programs.md says in files and variables.

This module needs no other package and no network: ``python -m mirrorneuron_api.step payloads/`` puts it beside the programs
of a bundle. What is emitted, told or kept is said by ``complete`` or ``done``, or else when the program ends; an attempt that
ends with an exception before has said nothing of it.
"""

import atexit
import contextlib
import datetime
import hashlib
import json
import math
import os
import pathlib
import shutil
import sys
import threading
import time
from typing import Any, Dict, Iterator, List, Mapping, Optional, Sequence, Union

_said: Dict[str, Any] = {}
_is_over = False
_has_failed = False
_asked: Dict[str, int] = {}
_trial: "Optional[Trial]" = None
_printing = threading.Lock()


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
    """Finds its way to ``state`` of the next time. Raises ValueError for None and False, which are no state to a server."""
    if value is None or value is False:
        raise ValueError(f"{value} is not kept: an agent has no such state")
    _say()["next_state"] = _plain(value)


def emit(type: str, body: Any, *, to: Optional[str] = None) -> None:
    """Sends a message along the edges, or straight to one agent. Only manifests with ``edges`` have somebody who hears it."""
    message = {"type": type, "body": _plain(body)}
    if to is not None:
        message["to"] = to
    _say().setdefault("emit_messages", []).append(message)


def tell(type: str, payload: Optional[Mapping[str, Any]] = None) -> None:
    """Puts an event into the log of the run."""
    _say().setdefault("events", []).append({"type": type, "payload": _plain(dict(payload or {}))})


def progress(share: Optional[float] = None, message: Optional[str] = None) -> None:
    """Shows at once how far we are, from 0 to 1, and that we live. Raises ValueError for another share."""
    if share is not None and (isinstance(share, bool) or not isinstance(share, (int, float)) or not 0 <= share <= 1):
        raise ValueError(f"progress goes from 0 to 1, not {share!r}")
    _say()
    beacon = {"progress": share, "message": message}
    known = {name: value for name, value in beacon.items() if value is not None}
    if _trial is not None:
        _trial.progress.append(known)
    else:
        _print(_variable("MN_AGENT_BEACON_STDOUT_PREFIX") + json.dumps(known))


def artifact(name: str, content: "Union[bytes, str, os.PathLike[str]]") -> pathlib.Path:
    """Puts a file where people find it, whole or not at all: bytes, text, or a copy of the file at a ``Path``.

    Raises ValueError for a name that leads out of the folder of results.
    """
    within = pathlib.PurePath(name)
    if not within.parts or within.is_absolute() or ".." in within.parts:
        raise ValueError(f"an artifact has a name below the folder of results, not {name!r}")
    target = pathlib.Path(_variable("MN_JOB_OUTPUT_DIR")) / within
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name[:200]}.{os.getpid()}.part")
    try:
        if isinstance(content, (bytes, str)):
            part.write_bytes(content.encode() if isinstance(content, str) else content)
        else:
            shutil.copyfile(content, part)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return target


def ask(
    prompt: str,
    *,
    decisions: Sequence[str] = (),
    name: Optional[str] = None,
    form: Optional[Mapping[str, Any]] = None,
    timeout: Optional[float] = None,
    due_at: "Union[datetime.datetime, str, None]" = None,
    default: "Union[str, Mapping[str, Any], None]" = None,
    approvals_required: Optional[int] = None,
) -> Dict[str, Any]:
    """Asks a person and waits for the answer, an object with ``decision``, ``by`` and what ``form``, a JSON Schema, asks for.

    Done again after a crash or in another attempt it finds its question, and perhaps the answer, by its name. Without ``name``
    it has one that no other question has: of this step or agent, its message, what is asked, and how often it was asked before.
    After ``timeout`` seconds, or at ``due_at``, ``default`` is the answer; without one nobody can answer any more, and
    TimeoutError is raised. A program has a time limit as well, ``timeout_seconds`` of its step, 300 unless said.
    Raises RuntimeError when the run has another question of this name.
    """
    question: Dict[str, Any] = {"prompt": prompt}
    if isinstance(decisions, str):
        raise ValueError("decisions is a list of words, not one")
    if decisions:
        question["allowed_decisions"] = list(decisions)
    if form is not None:
        question["form"] = _plain(form)
    asked = _asked_like(question, name)
    question["request_id"] = asked
    _add_end(question, timeout, due_at, default)
    if approvals_required is not None:
        question["approvals_required"] = approvals_required
    if _trial is not None:
        return _trial.answer(question)
    for variable, member in (("MN_WORKFLOW_STEP_ID", "step_id"), ("MN_AGENT_ID", "agent_id")):
        if variable in os.environ:
            question[member] = os.environ[variable]
            break
    return _answer(pathlib.Path(_variable("MN_RUNS_ROOT"), _variable("MN_RUN_ID"), "human.jsonl"), question)


def ask_model(
    prompt: str,
    *,
    system: Optional[str] = None,
    model: Optional[str] = None,
    timeout: float = 300,
    **options: Any,
) -> str:
    """Asks a language model and returns the text of its answer.

    It is the model that the server tells its programs of, or ``model`` at the same address. ``options`` go along, such as
    ``temperature`` and ``max_tokens``. The tokens count as those of the run. A key is sent when the step has ``OPENAI_API_KEY``
    passed on. Raises RuntimeError when no model is known or it refuses, ConnectionError when it cannot be reached, and
    TimeoutError when it is silent for ``timeout`` seconds.
    """
    messages = [{"role": "system", "content": system}] if system is not None else []
    messages.append({"role": "user", "content": prompt})
    if _trial is not None:
        return _trial.answer_model(prompt)
    missing = [name for name in ("MN_LLM_MODEL", "MN_LLM_API_BASE") if not os.environ.get(name)]
    if "MN_JOB_ID" in os.environ and missing:
        raise RuntimeError(
            f"{missing[0]} is not set: the server has no model for its programs. Set its model.default, "
            "or environment of the step; docs/models.md"
        )
    base = _variable("MN_LLM_API_BASE").rstrip("/")
    wanted = {**_plain(options), "model": model or _variable("MN_LLM_MODEL"), "messages": messages}
    answer = _completion(base + "/chat/completions", wanted, timeout)
    try:
        text = answer["choices"][0]["message"]["content"]
    except (KeyError, IndexError, TypeError):
        text = None
    if not isinstance(text, str):
        raise RuntimeError(f"{base} answered without a text: {json.dumps(answer)[:500]}")
    _count_tokens(wanted["model"], answer.get("usage"))
    return text


def complete(output: Any = True) -> None:
    """The step is done, and this is its output; True or None: none. Whatever is printed after it goes to stderr, and saying more
    raises RuntimeError. Raises ValueError for False, which is no output to a server."""
    _say()["complete_step"] = _output(output)
    done()


def complete_run(result: Any) -> None:
    """The whole job is done, and this is its result; otherwise as ``complete``."""
    _say()["complete_run"] = _output(result)
    done()


def done() -> None:
    """Says what was emitted, told and kept. Whatever is printed after it goes to stderr, and saying more raises RuntimeError."""
    global _is_over
    said = dict(_say())
    _said.clear()
    _is_over = True
    if _trial is not None:
        _trial.hear(said)
        return
    _print("\n" + json.dumps(said))
    if "MN_JOB_ID" in os.environ:
        with contextlib.suppress(OSError):
            os.dup2(2, 1)  # also what other programs and libraries print: the object is to be the last line
        sys.stdout = sys.stderr


class Trial:
    """What a program has said under ``testing``."""

    def __init__(self, answers: Mapping[str, Any]) -> None:
        self._answers = dict(answers)
        self.output: Any = None
        """Of ``complete``."""
        self.result: Any = None
        """Of ``complete_run``."""
        self.state: Any = None
        """Of ``keep``."""
        self.messages: List[Dict[str, Any]] = []
        self.events: List[Dict[str, Any]] = []
        self.progress: List[Dict[str, Any]] = []
        self.questions: List[Dict[str, Any]] = []
        self.prompts: List[str] = []
        """Of ``ask_model``."""
        self.artifacts: Dict[str, bytes] = {}
        """By name, when ``testing`` is over."""

    def hear(self, said: Dict[str, Any]) -> None:
        self.output, self.result = said.get("complete_step"), said.get("complete_run")
        self.state = said.get("next_state")
        self.messages, self.events = said.get("emit_messages", []), said.get("events", [])

    def answer(self, question: Dict[str, Any]) -> Dict[str, Any]:
        self.questions.append(question)
        for name in (question["request_id"], question["prompt"]):
            if name in self._answers:
                found = self._answers[name]
                answer = dict(found) if isinstance(found, Mapping) else {"decision": found}
                return _allowed({"request_id": question["request_id"], "by": "testing", **answer}, question)
        raise LookupError(f"answers has neither {question['request_id']!r} nor {question['prompt']!r}")

    def answer_model(self, prompt: str) -> str:
        self.prompts.append(prompt)
        if not isinstance(self._answers.get(prompt), str):
            raise LookupError(f"answers has no text for {prompt!r}")
        return str(self._answers[prompt])


@contextlib.contextmanager
def testing(
    input: Any = None,
    *,
    answers: Optional[Mapping[str, Any]] = None,
    context: Optional[Mapping[str, Any]] = None,
    state: Any = None,
) -> Iterator[Trial]:
    """Tries a program without a server: what it does in this block reads these and is heard by what the block is given.

    ``answers`` has decisions, or whole answers, by the names of questions or their prompts; and texts by the prompts of models.
    """
    import tempfile
    from unittest import mock

    global _trial, _is_over
    before = (_trial, dict(_said), _is_over, dict(_asked))
    trial = Trial(answers or {})
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as restored:
        place = pathlib.Path(folder)
        (place / "input.json").write_text(json.dumps(_plain(input)), encoding="utf-8")
        known = {"agent_state": state, **(context or {})}
        (place / "context.json").write_text(json.dumps(_plain(known)), encoding="utf-8")
        (place / "results").mkdir()
        files = {"MN_INPUT_FILE": "input.json", "MN_CONTEXT_FILE": "context.json", "MN_JOB_OUTPUT_DIR": "results"}
        restored.enter_context(mock.patch.dict(os.environ, {name: str(place / file) for name, file in files.items()}))
        _trial, _is_over = trial, False
        _said.clear()
        _asked.clear()
        try:
            yield trial
            if not _is_over:
                done()
        finally:
            results = (file for file in sorted((place / "results").rglob("*")) if file.is_file())
            trial.artifacts = {file.relative_to(place / "results").as_posix(): file.read_bytes() for file in results}
            for kept, values in ((_said, before[1]), (_asked, before[3])):
                kept.clear()
                kept.update(values)
            _trial, _is_over = before[0], before[2]


def _completion(address: str, wanted: Mapping[str, Any], timeout: float) -> Dict[str, Any]:
    import urllib.error
    import urllib.request

    headers = {"Content-Type": "application/json"}
    if os.environ.get("OPENAI_API_KEY"):
        headers["Authorization"] = "Bearer " + os.environ["OPENAI_API_KEY"]
    call = urllib.request.Request(address, json.dumps(wanted).encode(), headers)
    try:
        with urllib.request.urlopen(call, timeout=timeout) as reply:
            answer = json.load(reply)
    except urllib.error.HTTPError as refusal:
        said = refusal.read(500).decode(errors="replace")
        raise RuntimeError(f"the model {wanted['model']} was refused with {refusal.code}: {said}") from None
    except urllib.error.URLError as failure:
        if isinstance(failure.reason, TimeoutError):
            raise TimeoutError(f"{address} was silent for {timeout} s") from None
        raise ConnectionError(f"{address} cannot be reached: {failure.reason}") from None
    except TimeoutError:
        raise TimeoutError(f"{address} was silent for {timeout} s") from None
    except ValueError as failure:
        raise RuntimeError(f"{address} did not answer with JSON: {failure}") from None
    if not isinstance(answer, dict):
        raise RuntimeError(f"{address} did not answer with an object")
    return answer


def _count_tokens(model: str, usage: Any) -> None:
    """As docs/models.md says; a model that does not count has none."""
    if not isinstance(usage, dict) or "MN_RUNS_ROOT" not in os.environ or "MN_RUN_ID" not in os.environ:
        return
    sample = {
        "ts": datetime.datetime.now(datetime.timezone.utc).isoformat(),
        "component": "llm",
        "llm": {
            "provider": os.environ.get("MN_LLM_PROVIDER", "openai_compatible"),
            "model": model,
            "calls": 1,
            "input_tokens": usage.get("prompt_tokens", 0),
            "output_tokens": usage.get("completion_tokens", 0),
        },
    }
    file = pathlib.Path(os.environ["MN_RUNS_ROOT"], os.environ["MN_RUN_ID"], "resources.jsonl")
    with open(file, "a", encoding="utf-8") as samples:
        samples.write(json.dumps(sample) + "\n")


def _say() -> Dict[str, Any]:
    if _is_over:
        raise RuntimeError("complete or done has been called: nothing can be said after it")
    return _said


def _plain(value: Any) -> Any:
    """As JSON has it, now: raises where JSON has no such thing, and what is changed later is not said."""
    return json.loads(json.dumps(value, allow_nan=False))


def _output(value: Any) -> Any:
    if value is False:
        raise ValueError("False is no output: a server takes it for a step that is not done")
    return True if value is None else _plain(value)


def _print(line: str) -> None:
    """Whole, whatever other threads print."""
    with _printing:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()


def _variable(name: str) -> str:
    try:
        return os.environ[name]
    except KeyError:
        raise RuntimeError(
            f"{name} is not set: no server runs this program as a step. To try it without one, use step.testing(...)"
        ) from None


def _read(variable: str) -> Any:
    with open(_variable(variable), encoding="utf-8") as file:
        return json.load(file)


def _asked_like(question: Mapping[str, Any], name: Optional[str]) -> str:
    """The name of a question: the same when the same message is worked on again, another for another message or question."""
    if name is not None:
        return name
    step = os.environ.get("MN_WORKFLOW_STEP_ID") or os.environ.get("MN_AGENT_ID") or "question"
    message = _read("MN_MESSAGE_FILE")["envelope"]["message_id"] if "MN_MESSAGE_FILE" in os.environ else ""
    what = json.dumps([message, question], sort_keys=True)
    _asked[what] = _asked.get(what, 0) + 1
    return step + "-" + hashlib.sha256(f"{what} {_asked[what]}".encode()).hexdigest()[:12]


def _add_end(
    question: Dict[str, Any],
    timeout: Optional[float],
    due_at: "Union[datetime.datetime, str, None]",
    default: "Union[str, Mapping[str, Any], None]",
) -> None:
    if timeout is not None and due_at is not None:
        raise ValueError("timeout and due_at are two ends of one question")
    if timeout is not None:
        if isinstance(timeout, bool) or not (math.isfinite(timeout) and timeout >= 0):
            raise ValueError(f"timeout is a number of seconds, not {timeout!r}")
        question["timeout_seconds"] = timeout
    if isinstance(due_at, datetime.datetime):
        if due_at.tzinfo is None:
            raise ValueError("due_at wants a time zone: datetime.now(timezone.utc) has one")
        question["due_at"] = due_at.astimezone(datetime.timezone.utc).isoformat().replace("+00:00", "Z")
    elif due_at is not None:
        question["due_at"] = due_at
    if default is None:
        return
    if timeout is None and due_at is None:
        raise ValueError("default is the answer when time is over: give timeout or due_at as well")
    question["default"] = _plain(default)
    _allowed({"decision": default} if isinstance(default, str) else default, question)


def _allowed(answer: Mapping[str, Any], question: Mapping[str, Any]) -> Dict[str, Any]:
    allowed = question.get("allowed_decisions")
    if allowed and answer.get("decision") not in allowed:
        raise ValueError(f"the decision {answer.get('decision')!r} is none of {allowed}")
    return dict(answer)


def _answer(log: pathlib.Path, question: Dict[str, Any]) -> Dict[str, Any]:
    name = question["request_id"]
    before = _payloads(log, "human_input_requested", name)
    if not before:
        now = datetime.datetime.now(datetime.timezone.utc).isoformat().replace("+00:00", "Z")
        with log.open("a", encoding="utf-8") as lines:
            if log.stat().st_size and not log.read_bytes().endswith(b"\n"):
                lines.write("\n")  # somebody was stopped within a line
            lines.write(json.dumps({"type": "human_input_requested", "ts": now, "payload": question}) + "\n")
    elif any(before[0].get(member) != question.get(member) for member in ("prompt", "allowed_decisions", "form")):
        raise RuntimeError(
            f"this run has another question {name!r}: {before[0].get('prompt')!r}; give each a name of its own"
        )
    over_since = None
    while True:
        answers = _payloads(log, "human_input_received", name)
        if answers:
            return _allowed(answers[0], question)
        if over_since is None and _payloads(log, "human_input_timeout", name):
            over_since = time.monotonic()
        if over_since is not None and ("default" not in question or time.monotonic() > over_since + 5):
            raise TimeoutError(f"nobody has answered {name!r} in time")
        time.sleep(0.2)


def _payloads(log: pathlib.Path, type: str, name: str) -> List[Dict[str, Any]]:
    """Those of whole lines; the last one may still be being written."""
    text = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
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


def _watch() -> None:
    """Says at the end what nobody has said, unless the program failed."""
    shown, process = sys.excepthook, os.getpid()

    def failed(*of: Any) -> None:
        global _has_failed
        _has_failed = True
        shown(*of)

    def end() -> None:
        if _said and not _has_failed and os.getpid() == process:
            done()

    sys.excepthook = failed
    atexit.register(end)


def _put(arguments: List[str]) -> None:
    """Puts this module into the folder ``payloads`` of a bundle."""
    if len(arguments) != 1 or not pathlib.Path(arguments[0]).is_dir():
        sys.exit("usage: python -m mirrorneuron_api.step FOLDER, which has the programs of a bundle, such as payloads/")
    package = pathlib.Path(arguments[0], "mirrorneuron_api")
    package.mkdir(exist_ok=True)
    text = pathlib.Path(__file__).read_text(encoding="utf-8")
    (package / "step.py").write_text(text, encoding="utf-8")
    (package / "__init__.py").write_text(
        '"""Of this package programs of steps have only ``step``."""\n', encoding="utf-8"
    )
    print(f"{package}: from mirrorneuron_api import step")


if __name__ == "__main__":
    _put(sys.argv[1:])
else:
    _watch()
