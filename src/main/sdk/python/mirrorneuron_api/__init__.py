"""Client of a MirrorNeuron server.

``MirrorNeuron`` and ``AsyncMirrorNeuron`` submit, follow, answer and export; every other operation of the
contract is a module below ``mirrorneuron_api.api`` that takes their ``client``; its types are in
``mirrorneuron_api.models``. Programs of steps use ``mirrorneuron_api.step``, which needs nothing else, and targets of
webhooks ``verified_event``.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .aio import AsyncMirrorNeuron as AsyncMirrorNeuron
    from .blocking import MirrorNeuron as MirrorNeuron
    from ._realtime import TopicMessage as TopicMessage
    from ._records import JobStatus as JobStatus
    from ._records import RunRecord as RunRecord
    from ._webhooks import verified_event as verified_event
    from .problems import BadArgument as BadArgument
    from .problems import Conflict as Conflict
    from .problems import ConnectionLost as ConnectionLost
    from .problems import Forbidden as Forbidden
    from .problems import Invalid as Invalid
    from .problems import JobFailed as JobFailed
    from .problems import MirrorNeuronError as MirrorNeuronError
    from .problems import NotFound as NotFound
    from .problems import NotVerified as NotVerified
    from .problems import Problem as Problem
    from .problems import TooBusy as TooBusy
    from .problems import TopicRefused as TopicRefused
    from .problems import Unauthorized as Unauthorized
    from .problems import UnreadableAnswer as UnreadableAnswer

    __version__: str

_HOMES = {
    "MirrorNeuron": "blocking",
    "AsyncMirrorNeuron": "aio",
    "TopicMessage": "_realtime",
    "JobStatus": "_records",
    "RunRecord": "_records",
    "verified_event": "_webhooks",
    **dict.fromkeys(
        (
            "MirrorNeuronError",
            "Problem",
            "Unauthorized",
            "Forbidden",
            "NotFound",
            "Conflict",
            "Invalid",
            "TooBusy",
            "TopicRefused",
            "ConnectionLost",
            "BadArgument",
            "JobFailed",
            "NotVerified",
            "UnreadableAnswer",
        ),
        "problems",
    ),
}

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    """Loads what is asked for: programs of steps start without an HTTP client."""
    import importlib

    if name == "__version__":
        from importlib import metadata

        return metadata.version("mirrorneuron-api")
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module("." + _HOMES[name], __name__), name)
