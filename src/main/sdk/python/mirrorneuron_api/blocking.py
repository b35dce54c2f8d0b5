"""The blocking client."""

import os
import pathlib
import time
from types import TracebackType
from typing import Any, Dict, Iterator, List, Mapping, Optional, Sequence, Type, TypeVar, Union

import httpx

from . import _bundles, _realtime, _requests, _streams, problems
from ._records import RunRecord
from ._sockets import Realtime
from .api.blueprints import upload_bundle
from .api.human import list_human, respond_to_run_human
from .api.jobs import cancel_job, fork_job, list_jobs, pause_job, resume_job, submit_job, validate_job
from .api.observability import list_run_logs
from .api.runs import get_run_result, list_run_artifacts, list_runs
from .api.schedules import apply_schedule, dispatch_schedule, list_schedules
from .api.webhooks import create_webhook, list_webhooks
from .models import (
    AppliedSchedule,
    ArtifactRef,
    BundleUpload,
    CancelRequest,
    DispatchReport,
    Event,
    ForkedJob,
    HumanRecord,
    HumanRequest,
    JobOfDetail,
    JobRow,
    LogRecord,
    RunDocument,
    RunPage,
    RunRow,
    Schedule,
    StatusChange,
    SubmittedJob,
    Validation,
    Webhook,
    WorkflowProgress,
)
from .types import UNSET, File

T = TypeVar("T")


class MirrorNeuron(_requests.Server):
    """One server. For any number of threads; close it, or use it with ``with``."""

    def __enter__(self) -> "MirrorNeuron":
        return self

    def __exit__(
        self,
        kind: Optional[Type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        self.close()

    def close(self) -> None:
        self.client.get_httpx_client().close()
        self._streams.close()

    def submit(
        self,
        manifest: Optional[Mapping[str, Any]] = None,
        *,
        bundle_path: Optional[str] = None,
        inputs: Optional[Mapping[str, Any]] = None,
        payloads: Optional[Mapping[str, str]] = None,
        force: bool = False,
        idempotency_key: Optional[str] = None,
    ) -> SubmittedJob:
        """Starts a job of a manifest, or of a bundle that was uploaded. The same key and content give the same job;
        without one each call makes a new job, also when it has to be sent twice."""
        body = _requests.submission(manifest, bundle_path, inputs, payloads, force)
        return submit_job.sync(client=self.client, body=body, idempotency_key=_requests.key(idempotency_key))

    def submit_bundle(
        self,
        bundle: "Union[str, os.PathLike[str]]",
        *,
        inputs: Optional[Mapping[str, Any]] = None,
        force: bool = False,
        idempotency_key: Optional[str] = None,
    ) -> SubmittedJob:
        """Uploads a folder or a zip and starts a job of it."""
        return self.submit(bundle_path=self.upload(bundle), inputs=inputs, force=force, idempotency_key=idempotency_key)

    def upload(self, bundle: "Union[str, os.PathLike[str]]") -> str:
        """The ``bundle_path`` of a folder or a zip, good for 24 hours."""
        with _bundles.pack(bundle) as content:
            file = File(payload=content, file_name="bundle.zip", mime_type="application/zip")
            return upload_bundle.sync(client=self.client, body=BundleUpload(bundle=file)).bundle_path

    def validate(
        self,
        workflow: "Union[Mapping[str, Any], str, os.PathLike[str]]",
        *,
        inputs: Optional[Mapping[str, Any]] = None,
    ) -> Validation:
        """What a submission of a manifest, a folder or a zip would be told; nothing runs."""
        body = _requests.submission(
            workflow if isinstance(workflow, Mapping) else None,
            None if isinstance(workflow, Mapping) else self.upload(workflow),
            inputs,
            None,
            False,
        )
        return validate_job.sync(client=self.client, body=body)

    def wait(
        self,
        job_id: str,
        *,
        timeout: Optional[float] = None,
        check: bool = False,
        patience: float = _requests.PATIENCE,
    ) -> JobOfDetail:
        """Waits until a job has ended, however it did unless told to ``check``. Restarts of the server are waited for as well.

        Raises JobFailed with ``check`` for a job that did not complete, TimeoutError after so many seconds, ConnectionLost
        when the server stays away for ``patience`` seconds.
        """
        waiting = _requests.Waiting(self._address, job_id, timeout, patience)
        while True:
            try:
                answer = self._streams.request(**waiting.request())
            except (httpx.RequestError, problems.ConnectionLost, problems.Problem) as cause:
                time.sleep(waiting.lost(cause))
                continue
            job = waiting.ended(answer)
            if job is not None:
                if check and job.status != "completed":
                    raise _requests.failed(job_id, job, self._told(_requests.run_of(job_id, job)))
                return job
            time.sleep(waiting.pause())

    def _told(self, run_id: str) -> Optional[RunDocument]:
        try:
            return self.result(run_id)
        except problems.Problem:
            return None

    def cancel(self, job_id: str, *, reason: Optional[str] = None) -> StatusChange:
        """Ends a job and its processes."""
        body = CancelRequest(**_requests.given(reason=reason))
        return cancel_job.sync(job_id, client=self.client, body=body)

    def pause(self, job_id: str, *, drain: bool = False) -> StatusChange:
        """Stops a job; programs that run are ended, with ``drain`` they end by themselves first."""
        return pause_job.sync(job_id, client=self.client, drain=drain)

    def resume(self, job_id: str) -> StatusChange:
        """Goes on with a job that was paused."""
        return resume_job.sync(job_id, client=self.client)

    def fork(
        self,
        job_id: str,
        at: "Optional[Union[str, int]]" = None,
        *,
        bundle: "Optional[Union[str, os.PathLike[str]]]" = None,
        inputs: Optional[Mapping[str, Any]] = None,
        idempotency_key: Optional[str] = None,
    ) -> ForkedJob:
        """A new job that goes on from the middle of this one: at a step, or behind the event of that number; else all is done again.

        With ``bundle`` it runs the files of that folder or zip; ``inputs`` are bodies by step.
        """
        body = _requests.fork(at, inputs, None if bundle is None else self.upload(bundle))
        return fork_job.sync(
            job_id, client=self.client, body=body, idempotency_key=_requests.key(idempotency_key)
        )

    def jobs(self, *, include_terminal: bool = True, limit: int = 1000) -> Iterator[JobRow]:
        """The jobs that changed last, newest first; a server tells the newest 1000."""
        for row in (list_jobs.sync(client=self.client, include_terminal=include_terminal, limit=limit)).data:
            yield row

    def runs(
        self,
        *,
        status: Optional[str] = None,
        job_id: Optional[str] = None,
        blueprint_id: Optional[str] = None,
        since: Optional[str] = None,
        q: Optional[str] = None,
    ) -> Iterator[RunRow]:
        """All runs, newest first, page by page as they are asked for."""
        wanted = _requests.given(status=status, job_id=job_id, blueprint_id=blueprint_id, since=since, q=q)
        while True:
            page = list_runs.sync(client=self.client, **wanted)
            for row in page.data:
                yield row
            if not page.next_:
                return
            wanted["cursor"] = page.next_

    def questions(self, *, run_id: Optional[str] = None, status: Optional[str] = None) -> Iterator[HumanRequest]:
        """What people are asked and have not answered yet, of all runs that are not over, page by page as it is asked for."""
        wanted = _requests.given(run_id=run_id, status=status)
        while True:
            page = list_human.sync(client=self.client, **wanted)
            for row in page.data:
                yield row
            if not page.next_:
                return
            wanted["cursor"] = page.next_

    def logs(
        self,
        run_id: str,
        *,
        level: Optional[str] = None,
        step: Optional[str] = None,
        stream: Optional[str] = None,
        text: Optional[str] = None,
        since: Optional[str] = None,
    ) -> Iterator[LogRecord]:
        """What the programs of a run have printed so far, oldest first, page by page as it is asked for: of a ``level`` or above,
        of a ``step``, of ``stdout`` or ``stderr``, with that ``text``. ``follow_run`` waits for more."""
        wanted = _requests.given(level=level, step=step, stream=stream, text=text, since=since, after="0")
        while True:
            page = list_run_logs.sync(run_id, client=self.client, limit=1000, **wanted)
            for row in page.data:
                yield row
            if not page.data or page.next_ is UNSET:
                return
            wanted["after"] = str(page.next_)

    def schedules(self, *, kind: Optional[str] = None, status: Optional[str] = None) -> Iterator[Schedule]:
        """All schedules, oldest first, page by page as they are asked for."""
        wanted = _requests.given(kind=kind, status=status)
        while True:
            page = list_schedules.sync(client=self.client, **wanted)
            for row in page.data:
                yield row
            if not page.next_:
                return
            wanted["after"] = page.next_

    def apply_schedule(
        self,
        name: str,
        bundle: "Union[str, os.PathLike[str]]",
        *,
        cron: "Optional[Union[str, Sequence[str]]]" = None,
        timezone: Optional[str] = None,
        schedule: Optional[Mapping[str, Any]] = None,
        inputs: Optional[Mapping[str, Any]] = None,
        reason: Optional[str] = None,
    ) -> AppliedSchedule:
        """Makes the schedule of this name, or gives it this folder or zip; its history stays, the same again changes nothing.

        Its times are ``cron`` in ``timezone``, or what ``schedule`` has of the contract's members; without either those of
        the manifest, or those that it has. ``inputs`` are what its jobs begin with.
        """
        times = self.upload(bundle), schedule, cron, timezone, inputs, reason
        return apply_schedule.sync(name, client=self.client, body=_requests.schedule(*times))

    def run_schedule(
        self, schedule_id: str, *, payload: Optional[Mapping[str, Any]] = None, idempotency_key: Optional[str] = None
    ) -> DispatchReport:
        """Makes a job of a schedule now, also of a paused one; the report says which, or why there is none."""
        return dispatch_schedule.sync(
            schedule_id,
            client=self.client,
            body=_requests.dispatch(payload),
            idempotency_key=_requests.key(idempotency_key),
        )

    def webhooks(self) -> List[Webhook]:
        """All webhooks: the addresses at which others tell this server, and the targets that it tells."""
        return (list_webhooks.sync(client=self.client)).data

    def create_webhook(
        self, name: str, *, url: Optional[str] = None, events: "Optional[Sequence[str]]" = None, **more: Any
    ) -> Webhook:
        """With ``url`` a target that is told ``events``, else an address at which others tell theirs. Only this answer has the
        ``secret``, with which ``verified_event`` checks what the target is sent."""
        return create_webhook.sync(client=self.client, body=_requests.webhook(name, url, events, more))

    def artifacts(self, run_id: str) -> List[ArtifactRef]:
        """The files of a run, each with its ``relative_path``."""
        return (list_run_artifacts.sync(run_id, client=self.client)).artifacts

    def download(self, run_id: str, path: str, to: "Union[str, os.PathLike[str]]") -> pathlib.Path:
        """Writes a file of a run, by its ``relative_path``, to a file, which is there whole or not at all."""
        return self._save(_requests.artifact(run_id, path), to, None)

    def follow_job(
        self, job_id: str, *, after: Optional[int] = None, patience: float = _requests.PATIENCE
    ) -> Iterator[Event]:
        """The events of a job, each once, those of the past first, until it has ended."""
        return self._follow(_requests.job_events(job_id, after, patience))

    def follow_run(
        self,
        run_id: str,
        *,
        channels: str = "events,logs,human,resources",
        after: "Optional[Union[str, int]]" = None,
        patience: float = _requests.PATIENCE,
    ) -> Iterator[RunRecord]:
        """All that is recorded in a run, each record once, until it is over."""
        return self._follow(_requests.run_records(run_id, channels, after, patience))

    def follow_human(
        self,
        run_id: str,
        *,
        after: "Optional[Union[str, int]]" = None,
        patience: float = _requests.PATIENCE,
    ) -> Iterator[RunRecord]:
        """What a run asks people, and what they answer."""
        return self.follow_run(run_id, channels="human", after=after, patience=patience)

    def follow_progress(self, job_id: str, *, patience: float = _requests.PATIENCE) -> Iterator[WorkflowProgress]:
        """How far the steps of a job are, whenever that changes; who is slow gets the newest."""
        return self._follow(_requests.job_progress(job_id, patience))

    def follow_runs(
        self,
        *,
        status: Optional[str] = None,
        job_id: Optional[str] = None,
        patience: float = _requests.PATIENCE,
    ) -> Iterator[RunPage]:
        """The newest runs, at once and whenever one of them changes; it has no end."""
        return self._follow(_requests.run_lists(status, job_id, patience))

    def realtime(
        self, topics: _realtime.Topics, *, by_hand: bool = False, patience: float = _requests.PATIENCE
    ) -> Realtime:
        """The streams of up to 100 topics over one WebSocket, for example ``job_events:JOB_ID`` or ``run:RUN_ID?channels=logs``,
        until all have ended. ``topics`` are names, or the cursors of the last known record by name. With ``by_hand`` only what
        is given to ``acknowledge`` counts as done with. Needs the package websockets: ``mirrorneuron-api[realtime]``.
        """
        return Realtime(self._address, self._socket_options, _realtime.Talk(topics, by_hand, patience))

    def _follow(self, follow: "_streams.Follow[T]") -> Iterator[T]:
        progress = _streams.Progress(follow, self._address)
        while not progress.ended:
            try:
                with self._streams.stream(**progress.request()) as response:
                    progress.opened(response)
                    if progress.ended:
                        return
                    for piece in response.iter_bytes():
                        for record in progress.records(piece):
                            yield record
                        if progress.ended:
                            return
                raise httpx.ReadError("the stream ended early")
            except (httpx.RequestError, problems.ConnectionLost, problems.Problem) as cause:
                time.sleep(progress.lost(cause))

    def answer(
        self,
        run_id: str,
        request_id: str,
        /,
        decision: Optional[str] = None,
        *,
        by: Optional[str] = None,
        **fields: Any,
    ) -> HumanRecord:
        """Answers what a run asks; ``fields`` are those of its form."""
        body = _requests.decision(decision, by, fields)
        return respond_to_run_human.sync(run_id, request_id, client=self.client, body=body)

    def result(self, run_id: str) -> RunDocument:
        """What came out of a run."""
        return get_run_result.sync(run_id, client=self.client)

    def export(self, run_id: str, file: "Union[str, os.PathLike[str]]", *, form: str = "zip") -> pathlib.Path:
        """Writes a run to a file, which is there whole or not at all: ``zip``, ``json`` or ``markdown``."""
        return self._save(_requests.export(run_id, form), file, _requests.EXPORTED.get(form))

    def _save(self, asked: Dict[str, Any], file: "Union[str, os.PathLike[str]]", kind: Optional[str]) -> pathlib.Path:
        with self.client.get_httpx_client().stream(**asked) as response:
            with _requests.written(file, response, kind) as out:
                for piece in response.iter_bytes():
                    out.write(piece)
        return pathlib.Path(file)
