"""The async client: the same names as the blocking one."""

import asyncio
import os
import pathlib
from types import TracebackType
from typing import Any, AsyncIterator, Mapping, Optional, Type, TypeVar, Union

import httpx

from . import _bundles, _realtime, _requests, _streams, problems
from ._sockets import AsyncRealtime
from .api.blueprints import upload_bundle
from .api.human import respond_to_run_human
from .api.jobs import submit_job, validate_job
from .api.runs import get_run_result
from .models import (
    BundleUpload,
    Event,
    HumanRecord,
    JobOfDetail,
    RunDocument,
    RunPage,
    RunStreamRecord,
    SubmittedJob,
    Validation,
    WorkflowProgress,
)
from .types import File

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
        with _bundles.pack(bundle) as content:
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
        self, job_id: str, *, timeout: Optional[float] = None, patience: float = _requests.PATIENCE
    ) -> JobOfDetail:
        """Waits until a job has ended, however it did. Restarts of the server are waited for as well.

        Raises TimeoutError after so many seconds, ConnectionLost when the server stays away for ``patience`` seconds.
        """
        waiting = _requests.Waiting(job_id, timeout, patience)
        while True:
            try:
                answer = await self.client.get_async_httpx_client().request(**waiting.request())
            except (httpx.TransportError, problems.Problem) as cause:
                await asyncio.sleep(waiting.lost(cause))
                continue
            job = waiting.ended(answer)
            if job is not None:
                return job
            await asyncio.sleep(waiting.pause())

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
    ) -> AsyncIterator[RunStreamRecord]:
        """All that is recorded in a run, each record once, until it is over."""
        return self._follow(_requests.run_records(run_id, channels, after, patience))

    def follow_human(
        self,
        run_id: str,
        *,
        after: "Optional[Union[str, int]]" = None,
        patience: float = _requests.PATIENCE,
    ) -> AsyncIterator[HumanRecord]:
        """What a run asks people, and what they answer."""
        return self._follow(_requests.human_records(run_id, after, patience))

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
        return AsyncRealtime(self._address, self._token, _realtime.Talk(topics, by_hand, patience))

    async def _follow(self, follow: "_streams.Follow[T]") -> AsyncIterator[T]:
        progress = _streams.Progress(follow)
        while not progress.ended:
            try:
                async with self.client.get_async_httpx_client().stream(**progress.request()) as response:
                    progress.connected()
                    async for piece in response.aiter_raw():
                        for record in progress.records(piece):
                            yield record
                        if progress.ended:
                            return
                raise httpx.ReadError("the stream ended early")
            except (httpx.TransportError, problems.Problem) as cause:
                await asyncio.sleep(progress.lost(cause))

    async def answer(
        self,
        run_id: str,
        request_id: str,
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
        async with self.client.get_async_httpx_client().stream(**_requests.export(run_id, form)) as response:
            with _requests.written(file) as out:
                async for piece in response.aiter_bytes():
                    out.write(piece)
        return pathlib.Path(file)
