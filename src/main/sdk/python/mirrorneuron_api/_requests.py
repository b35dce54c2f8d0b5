"""What is sent, for the blocking and the async client alike."""

import contextlib
import os
import pathlib
import time
import uuid
from typing import Any, BinaryIO, Dict, Iterator, Mapping, Optional, Union
from urllib.parse import quote

import httpx

from . import _retries, _settings, _streams, problems
from .client import Client
from .models import (
    Event,
    HumanAnswer,
    HumanRecord,
    JobDetail,
    JobOfDetail,
    RunPage,
    RunStreamRecord,
    SubmitRequest,
    WorkflowProgress,
)
from .types import UNSET, Unset

ENDED = ("completed", "failed", "cancelled")
PATIENCE = 120.0
# The server bounds each answer itself, the longest at 190 seconds.
TIMEOUT = httpx.Timeout(10.0, read=200.0, write=60.0)


class Server:
    """Where both clients send to."""

    def __init__(self, url: Optional[str] = None, *, token: Optional[str] = None, home: Optional[str] = None) -> None:
        """The address is ``url``, else ``MN_API_BASE_URL``, else that of the server that runs with this home
        (``home``, else ``MN_HOME``, else ``~/.mn``), else port 54001 of this machine. The token is ``token``, else
        ``MN_API_TOKEN``, else the content of ``MN_API_TOKEN_FILE``, else that of the home where the address comes from there too.
        """
        self._address, self._token = _settings.find(url, token, home)
        self.client = client(self._address, self._token)
        """What the calls below ``mirrorneuron_api.api`` take."""


def client(address: str, token: Optional[str]) -> Client:
    """The client that generated calls take. What it sends it tries again where that is safe; failures are errors."""
    headers = {"Accept": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    made = Client(base_url=address, headers=headers, timeout=TIMEOUT)
    made.set_httpx_client(
        httpx.Client(
            base_url=address,
            headers=headers,
            timeout=TIMEOUT,
            transport=_retries.Retrying(httpx.HTTPTransport()),
            event_hooks={"response": [_check]},
        )
    )
    made.set_async_httpx_client(
        httpx.AsyncClient(
            base_url=address,
            headers=headers,
            timeout=TIMEOUT,
            transport=_retries.AsyncRetrying(httpx.AsyncHTTPTransport()),
            event_hooks={"response": [_check_async]},
        )
    )
    return made


def _check(response: httpx.Response) -> None:
    if response.status_code >= 400:
        response.read()
        raise problems.of(response)


async def _check_async(response: httpx.Response) -> None:
    if response.status_code >= 400:
        await response.aread()
        raise problems.of(response)


def submission(
    manifest: Optional[Mapping[str, Any]],
    bundle_path: Optional[str],
    inputs: Optional[Mapping[str, Any]],
    payloads: Optional[Mapping[str, str]],
    force: bool,
) -> SubmitRequest:
    return SubmitRequest(
        manifest=dict(manifest) if manifest is not None else UNSET,
        bundle_path=bundle_path if bundle_path is not None else UNSET,
        inputs=dict(inputs) if inputs is not None else UNSET,
        payloads=dict(payloads) if payloads is not None else UNSET,
        force=True if force else UNSET,
    )


def key(given: Optional[str]) -> str:
    """With a key a submission may be sent again: the server knows that it is the same."""
    return given if given is not None else str(uuid.uuid4())


def decision(word: Optional[str], by: Optional[str], fields: Mapping[str, Any]) -> HumanAnswer:
    answer = HumanAnswer(decision=_set(word), by=_set(by))
    answer.additional_properties.update(fields)
    return answer


def _set(value: Optional[str]) -> "Unset | str":
    return UNSET if value is None else value


def _path(form: str, name: str) -> str:
    return form.format(quote(name, safe=""))


def _cursor(after: "Optional[Union[str, int]]") -> Optional[str]:
    return None if after is None else str(after)


def job_events(job_id: str, after: Optional[int], patience: float) -> "_streams.Follow[Event]":
    return _streams.Follow(_path("/jobs/{}/events", job_id), Event.from_dict, patience, _cursor(after))


def run_records(
    run_id: str, channels: str, after: "Optional[Union[str, int]]", patience: float
) -> "_streams.Follow[RunStreamRecord]":
    path = _path("/runs/{}/stream", run_id)
    return _streams.Follow(path, RunStreamRecord.from_dict, patience, _cursor(after), {"channels": channels})


def human_records(run_id: str, after: "Optional[Union[str, int]]", patience: float) -> "_streams.Follow[HumanRecord]":
    path = _path("/runs/{}/stream", run_id)
    return _streams.Follow(path, human_record, patience, _cursor(after), {"channels": "human"})


def job_progress(job_id: str, patience: float) -> "_streams.Follow[WorkflowProgress]":
    return _streams.Follow(_path("/jobs/{}/workflow-progress/stream", job_id), WorkflowProgress.from_dict, patience)


def run_lists(status: Optional[str], job_id: Optional[str], patience: float) -> "_streams.Follow[RunPage]":
    filters = {"status": status, "job_id": job_id}
    params = {name: value for name, value in filters.items() if value is not None}
    return _streams.Follow("/runs/stream", RunPage.from_dict, patience, None, params)


def human_record(record: Mapping[str, Any]) -> HumanRecord:
    """The record as it is in the log; a program may have written no more than its type and payload."""
    beside = {name: record[name] for name in ("ts", "run_id", "channel", "type")}
    return HumanRecord.from_dict({"payload": {}, **beside, **record["payload"]})


class Waiting(_streams.Patience):
    """For the end of a job."""

    def __init__(self, job_id: str, timeout: Optional[float], patience: float) -> None:
        super().__init__("job " + job_id, patience)
        self._job_id, self._timeout = job_id, timeout
        self._until = None if timeout is None else time.monotonic() + timeout
        self._left = 0.0

    def request(self) -> Dict[str, Any]:
        """The next question: the server answers it when the job has ended, or a while later."""
        self._left = 50.0 if self._until is None else max(0.0, min(50.0, self._until - time.monotonic()))
        return {
            "method": "GET",
            "url": _path("/jobs/{}", self._job_id),
            "params": {"include": "status", "wait": str(int(self._left))},
            "timeout": httpx.Timeout(10.0, read=self._left + 20.0),
        }

    def ended(self, answer: httpx.Response) -> Optional[JobOfDetail]:
        """The job, or None while it has not ended. Raises TimeoutError when it is too late."""
        self.connected()
        self.got_on()
        job = JobDetail.from_dict(answer.json()).job
        if job.status in ENDED:
            return job
        if self._until is not None and time.monotonic() >= self._until:
            raise TimeoutError(f"job {self._job_id} is {job.status} after {self._timeout} seconds")
        return None

    def pause(self) -> float:
        """Seconds before the next question: less than a second is not for a server to wait."""
        return self._left if self._left < 1 else 0.0


def export(run_id: str, form: str) -> Dict[str, Any]:
    return {
        "method": "GET",
        "url": _path("/runs/{}/export", run_id),
        "params": {"format": form},
        "headers": {"Accept": "*/*"},
    }


@contextlib.contextmanager
def written(file: "Union[str, os.PathLike[str]]") -> Iterator[BinaryIO]:
    """To be filled; it is there whole or not at all."""
    target = pathlib.Path(file)
    part = target.with_name(target.name + ".part")
    try:
        with part.open("wb") as out:
            yield out
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
