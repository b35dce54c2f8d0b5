"""For who is told by the webhooks of a server: is it from that server, and what happened?"""

import base64
import binascii
import hashlib
import hmac
import json
import re
import time
from typing import Any, Dict, Mapping, Union

from .problems import BadArgument, NotVerified

TOLERANCE = 300
"""Seconds that a signature is good for."""


def verified_event(secret: str, headers: Mapping[str, str], body: "Union[bytes, str]") -> Dict[str, Any]:
    """The event in a request to a target: ``event_id``, ``event_type``, ``source``, ``payload``, ``created_at``.

    ``secret`` is that of the webhook, ``headers`` those of the request in any case of letters, ``body`` its body as it came.
    It may come twice: take each ``event_id`` once. Raises NotVerified for what the server did not send, and for what is older
    than five minutes: answer that with 403. Raises BadArgument for what can be no secret.
    """
    told = {str(name).lower(): value for name, value in headers.items()}
    content = body.encode() if isinstance(body, str) else bytes(body)
    identity, stamp = told.get("webhook-id", ""), told.get("webhook-timestamp", "")
    if not re.fullmatch("[0-9]{1,18}", stamp) or abs(time.time() - int(stamp)) > TOLERANCE:
        raise NotVerified("the webhook-timestamp is missing, or more than five minutes away from the time here")
    expected = hmac.new(_key(secret), f"{identity}.{stamp}.".encode() + content, hashlib.sha256).digest()
    offered = told.get("webhook-signature", "").split()
    if not any(_same(one, expected) for one in offered):
        raise NotVerified("no webhook-signature is one of this body with this secret")
    try:
        event = json.loads(content)
    except ValueError as cause:
        raise NotVerified(f"the body is no event: {cause}") from cause
    if not isinstance(event, dict):
        raise NotVerified("the body is no event")
    return event


def _key(secret: str) -> bytes:
    try:
        key = base64.b64decode(secret[6:], validate=True) if secret.startswith("whsec_") else secret.encode()
    except binascii.Error as cause:
        raise BadArgument(f"the secret is no base64 behind whsec_: {cause}") from cause
    if not key:
        raise BadArgument("the secret is empty")
    return key


def _same(offered: str, expected: bytes) -> bool:
    return hmac.compare_digest(offered.encode(), b"v1," + base64.b64encode(expected))
