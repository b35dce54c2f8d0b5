"""Every example of the contract, sent by its generated call; every answer becomes a type and comes out of it whole.

EXAMPLES is the file of an ExampleServer, which tells the calls one by one.
"""

import asyncio
import base64
import importlib
import inspect
import io
import json
import os
import pathlib
import re
import typing
import unittest
from typing import Any, Dict, List
from urllib.request import urlopen

from mirrorneuron_api import AsyncMirrorNeuron, MirrorNeuron, Problem
from mirrorneuron_api.types import File


def tell(address: str) -> Any:
    with urlopen(address, timeout=120) as answer:
        return json.load(answer)


def snake(name: str) -> str:
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    return re.sub(r"[^A-Za-z0-9]+", "_", parted).lower().strip("_")


def arguments(call: Dict[str, Any], function: Any) -> Dict[str, Any]:
    """What the function takes of the example, with the body as its type."""
    hints = typing.get_type_hints(function)
    known = {name.rstrip("_"): name for name in inspect.signature(function).parameters}
    found = {}
    for place in call["parameters"].values():
        for name, value in place.items():
            found[known[snake(name)]] = value
    if call.get("file") is not None:
        kind = hints["body"]
        [member] = [field.name for field in kind.__attrs_attrs__ if field.name != "additional_properties"]
        content = io.BytesIO(base64.b64decode(call["file"]))
        found["body"] = kind(**{member: File(payload=content, file_name=member + ".zip", mime_type="application/zip")})
    elif call.get("body") is not None:
        found["body"] = typed(hints["body"], call["body"])
    return found


def typed(hint: Any, value: Any) -> Any:
    """Of a body that may be left out the type stands beside that of nothing."""
    for kind in (hint, *typing.get_args(hint)):
        if hasattr(kind, "from_dict"):
            return kind.from_dict(value)
    return value


def without_empty(value: Any) -> Any:
    """A list of objects that is absent becomes one without any; that is all that the types change."""
    if isinstance(value, dict):
        return {name: without_empty(member) for name, member in value.items() if member != []}
    return [without_empty(item) for item in value] if isinstance(value, list) else value


class ExamplesTest(unittest.TestCase):
    places: Dict[str, str]

    @classmethod
    def setUpClass(cls) -> None:
        cls.places = json.loads(pathlib.Path(os.environ["EXAMPLES"]).read_text())

    maxDiff = None

    def calls(self) -> List[Dict[str, Any]]:
        rows: List[Dict[str, Any]] = tell(self.places["calls"])
        return rows

    def check(self, call: Dict[str, Any], answer: Any) -> None:
        self.assertEqual(answer.status_code, call["status"])
        if "json" not in answer.headers["content-type"]:
            self.assertEqual(answer.parsed.payload.read(), answer.content)
        else:
            self.assertEqual(without_empty(answer.parsed.to_dict()), without_empty(json.loads(answer.content)))

    def function(self, call: Dict[str, Any], name: str) -> Any:
        return getattr(importlib.import_module(f"mirrorneuron_api.api.{call['tag']}.{snake(call['operation'])}"), name)

    def test_every_example_is_sent_and_every_answer_parsed(self) -> None:
        sent = set()
        with MirrorNeuron(self.places["url"], token=self.places["token"]) as mn:
            for row in self.calls():
                call = tell(f"{self.places['calls']}/{row['index']}")
                with self.subTest(operation=call["operation"], example=call["name"]):
                    function = self.function(call, "sync_detailed")
                    if call["status"] >= 400:
                        with self.assertRaises(Problem) as refused:
                            function(client=mn.client, **arguments(call, function))
                        self.assertEqual(refused.exception.status, call["status"])
                    else:
                        self.check(call, function(client=mn.client, **arguments(call, function)))
                sent.add(call["operation"])
        self.assertGreater(len(sent), 100)

    def test_reads_are_the_same_without_blocking(self) -> None:
        async def read() -> None:
            async with AsyncMirrorNeuron(self.places["url"], token=self.places["token"]) as mn:
                for row in self.calls():
                    call = tell(f"{self.places['calls']}/{row['index']}")
                    if call["method"] == "GET":
                        with self.subTest(operation=call["operation"], example=call["name"]):
                            function = self.function(call, "asyncio_detailed")
                            self.check(call, await function(client=mn.client, **arguments(call, function)))

        asyncio.run(read())


if __name__ == "__main__":
    unittest.main()
