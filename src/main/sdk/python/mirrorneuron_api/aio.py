"""The async client: the same names as the blocking one."""

import asyncio
import os
import pathlib
from types import TracebackType
from typing import Any, AsyncIterator, Dict, List, Mapping, Optional, Sequence, Type, TypeVar, Union

import httpx

from . import _bundles, _realtime, _requests, _streams, problems
from ._records import RunRecord
from ._sockets import AsyncRealtime
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


class AsyncMirrorNeuron(_requests.Server):
    """One server, for one event loop; close it, or use it with ``async with``."""

    async def __aenter__(self) -> "AsyncMirrorNeuron":
        return self

    async def __aexit__(
        self,
        kind: Optional[Type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        await self.close()

    async def close(self) -> None:
        await self.client.get_async_httpx_client().aclose()
        await self._async_streams.aclose()

    async def submit(
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
        return await submit_job.asyncio(client=self.client, body=body, idempotency_key=_requests.key(idempotency_key))

    async def submit_bundle(
        self,
        bundle: "Union[str, os.PathLike[str]]",
        *,
        inputs: Optional[Mapping[str, Any]] = None,
        force: bool = False,
        idempotency_key: Optional[str] = None,
    ) -> SubmittedJob:
        """Uploads a folder or a zip and starts a job of it."""
        return await self.submit(
            bundle_path=await self.upload(bundle), inputs=inputs, force=force, idempotency_key=idempotency_key
        )

    async def upload(self, bundle: "Union[str, os.PathLike[str]]") -> str:
        """The ``bundle_path`` of a folder or a zip, good for 24 hours."""
        with await asyncio.to_thread(_bundles.pack, bundle) as content:
            file = File(payload=content, file_name="bundle.zip", mime_type="application/zip")
            return (await upload_bundle.asyncio(client=self.client, body=BundleUpload(bundle=file))).bundle_path

    async def validate(
        self,
        workflow: "Union[Mapping[str, Any], str, os.PathLike[str]]",
        *,
        inputs: Optional[Mapping[str, Any]] = None,
    ) -> Validation:
        """What a submission of a manifest, a folder or a zip would be told; nothing runs."""
        body = _requests.submission(
            workflow if isinstance(workflow, Mapping) else None,
            None if isinstance(workflow, Mapping) else await self.upload(workflow),
            inputs,
            None,
            False,
        )
        return await validate_job.asyncio(client=self.client, body=body)

    async def wait(
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
                answer = await self._async_streams.request(**waiting.request())
            except (httpx.RequestError, problems.ConnectionLost, problems.Problem) as cause:
                await asyncio.sleep(waiting.lost(cause))
                continue
            job = waiting.ended(answer)
            if job is not None:
                if check and job.status != "completed":
                    raise _requests.failed(job_id, job, await self._told(_requests.run_of(job_id, job)))
                return job
            await asyncio.sleep(waiting.pause())

    async def _told(self, run_id: str) -> Optional[RunDocument]:
        try:
            return await self.result(run_id)
        except problems.Problem:
            return None

    async def cancel(self, job_id: str, *, reason: Optional[str] = None) -> StatusChange:
        """Ends a job and its processes."""
        body = CancelRequest(**_requests.given(reason=reason))
        return await cancel_job.asyncio(job_id, client=self.client, body=body)

    async def pause(self, job_id: str, *, drain: bool = False) -> StatusChange:
        """Stops a job; programs that run are ended, with ``drain`` they end by themselves first."""
        return await pause_job.asyncio(job_id, client=self.client, drain=drain)

    async def resume(self, job_id: str) -> StatusChange:
        """Goes on with a job that was paused."""
        return await resume_job.asyncio(job_id, client=self.client)

    async def fork(
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
        body = _requests.fork(at, inputs, None if bundle is None else await self.upload(bundle))
        return await fork_job.asyncio(
            job_id, client=self.client, body=body, idempotency_key=_requests.key(idempotency_key)
        )

    async def jobs(self, *, include_terminal: bool = True, limit: int = 1000) -> AsyncIterator[JobRow]:
        """The jobs that changed last, newest first; a server tells the newest 1000."""
        for row in (await list_jobs.asyncio(client=self.client, include_terminal=include_terminal, limit=limit)).data:
            yield row

    async def runs(
        self,
        *,
        status: Optional[str] = None,
        job_id: Optional[str] = None,
        blueprint_id: Optional[str] = None,
        since: Optional[str] = None,
        q: Optional[str] = None,
    ) -> AsyncIterator[RunRow]:
        """All runs, newest first, page by page as they are asked for."""
        wanted = _requests.given(status=status, job_id=job_id, blueprint_id=blueprint_id, since=since, q=q)
        while True:
            page = await list_runs.asyncio(client=self.client, **wanted)
            for row in page.data:
                yield row
            if not page.next_:
                return
            wanted["cursor"] = page.next_

    async def questions(
        self, *, run_id: Optional[str] = None, status: Optional[str] = None
    ) -> AsyncIterator[HumanRequest]:
        """What people are asked and have not answered yet, of all runs that are not over, page by page as it is asked for."""
        wanted = _requests.given(run_id=run_id, status=status)
        while True:
            page = await list_human.asyncio(client=self.client, **wanted)
            for row in page.data:
                yield row
            if not page.next_:
                return
            wanted["cursor"] = page.next_

    async def logs(
        self,
        run_id: str,
        *,
        level: Optional[str] = None,
        step: Optional[str] = None,
        stream: Optional[str] = None,
        text: Optional[str] = None,
        since: Optional[str] = None,
    ) -> AsyncIterator[LogRecord]:
        """What the programs of a run have printed so far, oldest first, page by page as it is asked for: of a ``level`` or above,
        of a ``step``, of ``stdout`` or ``stderr``, with that ``text``. ``follow_run`` waits for more."""
        wanted = _requests.given(level=level, step=step, stream=stream, text=text, since=since, after="0")
        while True:
            page = await list_run_logs.asyncio(run_id, client=self.client, limit=1000, **wanted)
            for row in page.data:
                yield row
            if not page.data or page.next_ is UNSET:
                return
            wanted["after"] = str(page.next_)

    async def schedules(self, *, kind: Optional[str] = None, status: Optional[str] = None) -> AsyncIterator[Schedule]:
        """All schedules, oldest first, page by page as they are asked for."""
        wanted = _requests.given(kind=kind, status=status)
        while True:
            page = await list_schedules.asyncio(client=self.client, **wanted)
            for row in page.data:
                yield row
            if not page.next_:
                return
            wanted["after"] = page.next_

    async def apply_schedule(
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
        times = await self.upload(bundle), schedule, cron, timezone, inputs, reason
        return await apply_schedule.asyncio(name, client=self.client, body=_requests.schedule(*times))

    async def run_schedule(
        self, schedule_id: str, *, payload: Optional[Mapping[str, Any]] = None, idempotency_key: Optional[str] = None
    ) -> DispatchReport:
        """Makes a job of a schedule now, also of a paused one; the report says which, or why there is none."""
        return await dispatch_schedule.asyncio(
            schedule_id,
            client=self.client,
            body=_requests.dispatch(payload),
            idempotency_key=_requests.key(idempotency_key),
        )

    async def webhooks(self) -> List[Webhook]:
        """All webhooks: the addresses at which others tell this server, and the targets that it tells."""
        return (await list_webhooks.asyncio(client=self.client)).data

    async def create_webhook(
        self, name: str, *, url: Optional[str] = None, events: "Optional[Sequence[str]]" = None, **more: Any
    ) -> Webhook:
        """With ``url`` a target that is told ``events``, else an address at which others tell theirs. Only this answer has the
        ``secret``, with which ``verified_event`` checks what the target is sent."""
        return await create_webhook.asyncio(client=self.client, body=_requests.webhook(name, url, events, more))

    async def artifacts(self, run_id: str) -> List[ArtifactRef]:
        """The files of a run, each with its ``relative_path``."""
        return (await list_run_artifacts.asyncio(run_id, client=self.client)).artifacts

    async def download(self, run_id: str, path: str, to: "Union[str, os.PathLike[str]]") -> pathlib.Path:
        """Writes a file of a run, by its ``relative_path``, to a file, which is there whole or not at all."""
        return await self._save(_requests.artifact(run_id, path), to, None)

    def follow_job(
        self, job_id: str, *, after: Optional[int] = None, patience: float = _requests.PATIENCE
    ) -> AsyncIterator[Event]:
        """The events of a job, each once, those of the past first, until it has ended."""
        return self._follow(_requests.job_events(job_id, after, patience))

    def follow_run(
        self,
        run_id: str,
        *,
        channels: str = "events,logs,human,resources",
        after: "Optional[Union[str, int]]" = None,
        patience: float = _requests.PATIENCE,
    ) -> AsyncIterator[RunRecord]:
        """All that is recorded in a run, each record once, until it is over."""
        return self._follow(_requests.run_records(run_id, channels, after, patience))

    def follow_human(
        self,
        run_id: str,
        *,
        after: "Optional[Union[str, int]]" = None,
        patience: float = _requests.PATIENCE,
    ) -> AsyncIterator[RunRecord]:
        """What a run asks people, and what they answer."""
        return self.follow_run(run_id, channels="human", after=after, patience=patience)

    def follow_progress(self, job_id: str, *, patience: float = _requests.PATIENCE) -> AsyncIterator[WorkflowProgress]:
        """How far the steps of a job are, whenever that changes; who is slow gets the newest."""
        return self._follow(_requests.job_progress(job_id, patience))

    def follow_runs(
        self,
        *,
        status: Optional[str] = None,
        job_id: Optional[str] = None,
        patience: float = _requests.PATIENCE,
    ) -> AsyncIterator[RunPage]:
        """The newest runs, at once and whenever one of them changes; it has no end."""
        return self._follow(_requests.run_lists(status, job_id, patience))

    def realtime(
        self, topics: _realtime.Topics, *, by_hand: bool = False, patience: float = _requests.PATIENCE
    ) -> AsyncRealtime:
        """The streams of up to 100 topics over one WebSocket, for example ``job_events:JOB_ID`` or ``run:RUN_ID?channels=logs``,
        until all have ended. ``topics`` are names, or the cursors of the last known record by name. With ``by_hand`` only what
        is given to ``acknowledge`` counts as done with. Needs the package websockets: ``mirrorneuron-api[realtime]``.
        """
        return AsyncRealtime(self._address, self._socket_options, _realtime.Talk(topics, by_hand, patience))

    async def _follow(self, follow: "_streams.Follow[T]") -> AsyncIterator[T]:
        progress = _streams.Progress(follow, self._address)
        while not progress.ended:
            try:
                async with self._async_streams.stream(**progress.request()) as response:
                    progress.opened(response)
                    if progress.ended:
                        return
                    async for piece in response.aiter_bytes():
                        for record in progress.records(piece):
                            yield record
                        if progress.ended:
                            return
                raise httpx.ReadError("the stream ended early")
            except (httpx.RequestError, problems.ConnectionLost, problems.Problem) as cause:
                await asyncio.sleep(progress.lost(cause))

    async def answer(
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
        return await respond_to_run_human.asyncio(run_id, request_id, client=self.client, body=body)

    async def result(self, run_id: str) -> RunDocument:
        """What came out of a run."""
        return await get_run_result.asyncio(run_id, client=self.client)

    async def export(self, run_id: str, file: "Union[str, os.PathLike[str]]", *, form: str = "zip") -> pathlib.Path:
        """Writes a run to a file, which is there whole or not at all: ``zip``, ``json`` or ``markdown``."""
        return await self._save(_requests.export(run_id, form), file, _requests.EXPORTED.get(form))

    async def _save(
        self, asked: Dict[str, Any], file: "Union[str, os.PathLike[str]]", kind: Optional[str]
    ) -> pathlib.Path:
        async with self.client.get_async_httpx_client().stream(**asked) as response:
            with _requests.written(file, response, kind) as out:
                async for piece in response.aiter_bytes():
                    out.write(piece)
        return pathlib.Path(file)
