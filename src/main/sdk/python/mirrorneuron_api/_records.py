"""What is recorded in a run, in one shape for all channels, and the words for how jobs are."""

import enum
from typing import Any, Dict, Mapping, NamedTuple

from .models import RunStreamRecord


class JobStatus(str, enum.Enum):
    """Known words, each equal to its text; a newer server may have others."""

    PENDING = "pending"
    VALIDATED = "validated"
    SCHEDULED = "scheduled"
    RUNNING = "running"
    PAUSING = "pausing"
    PAUSED = "paused"
    CANCELLING = "cancelling"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class RunRecord(NamedTuple):
    """A record of the log of a run."""

    channel: str
    """``events``, ``logs``, ``human``, ``resources`` or a word of a newer server."""
    type: str
    """What it is, for example ``human_input_requested``."""
    payload: Dict[str, Any]
    """What is particular to its type: of a question its ``request_id`` and ``prompt``, of a log its ``message`` and ``stream``."""
    record: RunStreamRecord
    """All that the server sent, with ``ts``, and ``seq``, which is the cursor for ``after``."""


def unwrapped(sent: Mapping[str, Any]) -> RunRecord:
    """The record of the log is the payload of what a stream sends, and may have one in turn."""
    record = RunStreamRecord.from_dict(sent)
    logged = record.payload if isinstance(record.payload, dict) else {}
    inner = logged.get("payload")
    return RunRecord(record.channel, record.type_, inner if isinstance(inner, dict) else logged, record)
