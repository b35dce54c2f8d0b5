"""What is sent, for the blocking and the async client alike."""

import uuid
from typing import Any, Dict, Mapping, Optional
from urllib.parse import quote

import httpx

from . import _retries, _settings, _streams, problems
from .client import Client
from .models import HumanAnswer, HumanRecord, SubmitRequest
from .types import UNSET, Unset

ENDED = ("completed", "failed", "cancelled")
PATIENCE = 120.0
# The server bounds each answer itself, the longest at 190 seconds.
TIMEOUT = httpx.Timeout(10.0, read=200.0, write=60.0)


def client(url: Optional[str], token: Optional[str], home: Optional[str]) -> Client:
    """The client that generated calls take. What it sends it tries again where that is safe; failures are errors."""
    address, secret = _settings.find(url, token, home)
    headers = {"Accept": "application/json"}
    if secret:
        headers["Authorization"] = f"Bearer {secret}"
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


def follow(path: str, name: str, after: "Optional[str | int]", patience: float, **params: str) -> _streams.Follow:
    cursor = None if after is None else str(after)
    return _streams.Follow(path.format(quote(name, safe="")), params, cursor, patience)


def human_record(record: Mapping[str, Any]) -> HumanRecord:
    """The record as it is in the log; a program may have written no more than its type and payload."""
    beside = {name: record[name] for name in ("ts", "run_id", "channel", "type")}
    return HumanRecord.from_dict({"payload": {}, **beside, **record["payload"]})


def job_status(job_id: str, seconds: int) -> Dict[str, Any]:
    return {
        "method": "GET",
        "url": "/jobs/" + quote(job_id, safe=""),
        "params": {"include": "status", "wait": str(seconds)},
        "timeout": httpx.Timeout(10.0, read=seconds + 20.0),
    }


def export(run_id: str, form: str) -> Dict[str, Any]:
    return {
        "method": "GET",
        "url": f"/runs/{quote(run_id, safe='')}/export",
        "params": {"format": form},
        "headers": {"Accept": "*/*"},
    }
