"""What is sent, for the blocking and the async client alike."""

import contextlib
import functools
import os
import pathlib
import ssl
import time
import uuid
from typing import Any, BinaryIO, Dict, Iterator, Mapping, Optional, Sequence, Union

import httpx

from . import _realtime, _records, _retries, _settings, _streams, problems
from ._paths import part
from .client import Client
from .models import (
    BundleOfSchedule,
    DispatchRequest,
    Event,
    ForkRequest,
    HumanAnswer,
    JobDetail,
    JobOfDetail,
    NewWebhook,
    RunDocument,
    RunPage,
    SubmitRequest,
    WorkflowProgress,
)
from .types import UNSET, Unset

ENDED = ("completed", "failed", "cancelled")
PATIENCE = 120.0
# The server bounds each answer itself, the longest at 190 seconds.
TIMEOUT = httpx.Timeout(10.0, read=200.0, write=60.0, pool=200.0)


class Server:
    """Where both clients send to."""

    def __init__(
        self,
        url: Optional[str] = None,
        *,
        token: Optional[str] = None,
        home: Optional[str] = None,
        timeout: Optional[float] = None,
        tries: int = _retries.TRIES,
        headers: Optional[Mapping[str, str]] = None,
        verify: "Union[bool, str, ssl.SSLContext]" = True,
        proxy: Optional[str] = None,
    ) -> None:
        """The address is ``url``, else ``MN_API_BASE_URL``, else that of the server that runs with this home
        (``home``, else ``MN_HOME``, else ``~/.mn``), else port 54001 of this machine. The token is ``token``, else
        ``MN_API_TOKEN``, else the content of ``MN_API_TOKEN_FILE``, else that of the home where the address comes from there too.

        An answer may take ``timeout`` seconds, 200 unless said: the server bounds each itself. What may be sent again is sent
        ``tries`` times at most. ``headers`` go with every request. ``verify`` is a file with the certificates to trust, or a
        context of ``ssl``; ``proxy`` the address of one. Raises BadArgument for an address that is none.
        """
        self._address, self._token = _settings.find(url, token, home)
        given = dict(headers or {})
        self._headers = {"User-Agent": "mirrorneuron-api-python/" + _version(), "Accept": "application/json", **given}
        if self._token:
            self._headers["Authorization"] = "Bearer " + self._token
        trusted = _trusted(verify)
        through: Dict[str, Any] = {"verify": trusted, "proxy": httpx.Proxy(proxy) if proxy else None}
        self._socket_options = _realtime.options(self._address, self._headers, trusted, proxy)
        about: Dict[str, Any] = {
            "base_url": self._address,
            "headers": self._headers,
            "timeout": TIMEOUT if timeout is None else httpx.Timeout(timeout, connect=min(timeout, 10.0)),
        }
        # Streams are open for long: those of one program would leave no connection for anything else.
        unlimited = {**through, "limits": httpx.Limits(max_connections=None)}
        self._streams = _retries.Calls(tries, **about, transport=httpx.HTTPTransport(**unlimited))
        self._async_streams = _retries.AsyncCalls(tries, **about, transport=httpx.AsyncHTTPTransport(**unlimited))
        self.client = Client(base_url=self._address)
        """What the calls below ``mirrorneuron_api.api`` take."""
        self.client.set_httpx_client(_retries.Calls(tries, **about, transport=httpx.HTTPTransport(**through)))
        self.client.set_async_httpx_client(
            _retries.AsyncCalls(tries, **about, transport=httpx.AsyncHTTPTransport(**through))
        )

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._address!r})"


def _trusted(verify: "Union[bool, str, ssl.SSLContext]") -> ssl.SSLContext:
    if isinstance(verify, ssl.SSLContext):
        return verify
    if isinstance(verify, str):
        return ssl.create_default_context(cafile=verify)
    return _usual() if verify else _blind()


@functools.lru_cache(maxsize=None)
def _usual() -> ssl.SSLContext:
    """Made once: reading all certificates takes longer than a request."""
    return httpx.create_ssl_context()


def _blind() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def _version() -> str:
    from . import __version__

    return str(__version__)


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


def fork(
    at: "Optional[Union[str, int]]", inputs: Optional[Mapping[str, Any]], bundle_path: Optional[str]
) -> ForkRequest:
    bundle = {"bundle_path": bundle_path} if bundle_path is not None else None
    return ForkRequest.from_dict(given(at=at, inputs=dict(inputs) if inputs is not None else None, bundle=bundle))


def schedule(
    bundle_path: str,
    times: Optional[Mapping[str, Any]],
    cron: "Optional[Union[str, Sequence[str]]]",
    timezone: Optional[str],
    inputs: Optional[Mapping[str, Any]],
    reason: Optional[str],
) -> BundleOfSchedule:
    crons = [cron] if isinstance(cron, str) else list(cron) if cron is not None else None
    asked = {**(times or {}), **given(crons=crons, timezone=timezone)}
    body = given(bundle_path=bundle_path, inputs=dict(inputs) if inputs is not None else None, reason=reason)
    return BundleOfSchedule.from_dict({**body, "schedule": asked} if asked else body)


def dispatch(payload: Optional[Mapping[str, Any]]) -> DispatchRequest:
    return DispatchRequest.from_dict(given(payload=dict(payload) if payload is not None else None))


def webhook(name: str, url: Optional[str], events: "Optional[Sequence[str]]", more: Mapping[str, Any]) -> NewWebhook:
    to = {} if url is None else {"direction": "outbound", "url": url}
    told = given(events=list(events) if events is not None else None)
    return NewWebhook.from_dict({"name": name, **to, **told, **more})


def key(given: Optional[str]) -> str:
    """With a key a submission may be sent again: the server knows that it is the same."""
    return given if given is not None else str(uuid.uuid4())


def decision(word: Optional[str], by: Optional[str], fields: Mapping[str, Any]) -> HumanAnswer:
    answer = HumanAnswer(decision=_set(word), by=_set(by))
    answer.additional_properties.update(fields)
    return answer


def _set(value: Optional[str]) -> "Unset | str":
    return UNSET if value is None else value


def _path(form: str, *names: str) -> str:
    return form.format(*(part(name) for name in names))


def _cursor(after: "Optional[Union[str, int]]") -> Optional[str]:
    return None if after is None else str(after)


def job_events(job_id: str, after: Optional[int], patience: float) -> "_streams.Follow[Event]":
    return _streams.Follow(_path("/jobs/{}/events", job_id), Event.from_dict, patience, _cursor(after))


def run_records(
    run_id: str, channels: str, after: "Optional[Union[str, int]]", patience: float
) -> "_streams.Follow[_records.RunRecord]":
    path = _path("/runs/{}/stream", run_id)
    return _streams.Follow(path, _records.unwrapped, patience, _cursor(after), {"channels": channels})


def job_progress(job_id: str, patience: float) -> "_streams.Follow[WorkflowProgress]":
    return _streams.Follow(_path("/jobs/{}/workflow-progress/stream", job_id), WorkflowProgress.from_dict, patience)


def run_lists(status: Optional[str], job_id: Optional[str], patience: float) -> "_streams.Follow[RunPage]":
    filters = {"status": status, "job_id": job_id}
    params = {name: value for name, value in filters.items() if value is not None}
    return _streams.Follow("/runs/stream", RunPage.from_dict, patience, None, params)


def failed(job_id: str, job: JobOfDetail, result: Optional[RunDocument]) -> problems.JobFailed:
    """The error for a job that did not complete; the result, where there is one, tells what its program wrote."""
    error = (result.to_dict() if result is not None else {}).get("error")
    details = error.get("details") if isinstance(error, dict) else None
    stderr = details.get("stderr_tail") if isinstance(details, dict) else None
    return problems.JobFailed(job_id, str(job.status), job.reason or "", str(stderr or ""))


def run_of(job_id: str, job: JobOfDetail) -> str:
    return job.run_id or "run-" + job_id


class Waiting(_streams.Patience):
    """For the end of a job."""

    def __init__(self, address: str, job_id: str, timeout: Optional[float], patience: float) -> None:
        super().__init__(address + _path("/jobs/{}", job_id), patience)
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
            "timeout": self._limits(),
            "extensions": _retries.ONCE,
        }

    def _limits(self) -> httpx.Timeout:
        grace = 20.0 if self._until is None else min(20.0, max(1.0, self._until - time.monotonic() - self._left))
        connect = self.longest_pause() if self._until is None else min(self.longest_pause(), max(1.0, self._left))
        return httpx.Timeout(connect, read=self._left + grace)

    def lost(self, cause: Exception) -> float:
        pause = super().lost(cause)
        if self._until is not None and time.monotonic() + pause >= self._until:
            raise TimeoutError(
                f"job {self._job_id} is not known to have ended after {self._timeout} seconds: {cause}"
            ) from cause
        return pause

    def ended(self, answer: httpx.Response) -> Optional[JobOfDetail]:
        """The job, or None while it has not ended. Raises TimeoutError when it is too late."""
        self.connected()
        self.got_on()
        try:
            job = JobDetail.from_dict(answer.json()).job
        except _streams.MALFORMED as cause:
            raise problems.unreadable(answer) from cause
        if job.status in ENDED:
            return job
        if self._until is not None and time.monotonic() >= self._until:
            raise TimeoutError(f"job {self._job_id} is {job.status} after {self._timeout} seconds")
        return None

    def pause(self) -> float:
        """Seconds before the next question: less than a second is not for a server to wait."""
        return self._left if self._left < 1 else 0.0


EXPORTED = {"zip": "application/zip", "json": "application/json", "markdown": "text/markdown"}


def export(run_id: str, form: str) -> Dict[str, Any]:
    return _file(_path("/runs/{}/export", run_id), format=form)


def artifact(run_id: str, path: str) -> Dict[str, Any]:
    return _file(_path("/runs/{}/artifacts/{}", run_id, path))


def _file(path: str, **params: str) -> Dict[str, Any]:
    return {"method": "GET", "url": path, "params": params, "headers": {"Accept": "*/*"}}


@contextlib.contextmanager
def written(file: "Union[str, os.PathLike[str]]", response: httpx.Response, kind: Optional[str]) -> Iterator[BinaryIO]:
    """To be filled with an answer, of this type if one is given; it is there whole or not at all."""
    if response.status_code != 200 or (kind and not response.headers.get("content-type", "").startswith(kind)):
        raise problems.unreadable(response)
    target = pathlib.Path(file)
    part_of_it = target.with_name(f".{target.name[:200]}.{uuid.uuid4().hex}.part")
    try:
        with part_of_it.open("xb") as out:
            yield out
        part_of_it.replace(target)
    except httpx.RequestError as cause:
        raise problems.lost(response.request, cause) from cause
    finally:
        part_of_it.unlink(missing_ok=True)


def given(**values: Any) -> Dict[str, Any]:
    """Arguments without those that nobody gave."""
    return {name: value for name, value in values.items() if value is not None}
