"""Answers of servers that are newer or say less: whatever the contract allows becomes a type and loses nothing.

EXAMPLES is the file of an ExampleServer, whose contract is read and whose examples are changed at random.
"""

import copy
import importlib
import json
import os
import pathlib
import random
import unittest
from typing import Any, Dict, Iterator, List, Optional, Tuple
from urllib.request import urlopen

from mirrorneuron_api import models

from test_examples import snake, without_empty

Schema = Dict[str, Any]

TWINS = {"checkServicesByPath", "cleanupJobsAlias", "joinNode", "removeModelByPost"}
"""Operations that do the same as others; clients have only those."""


class AnswersTest(unittest.TestCase):
    contract: Dict[str, Any]

    @classmethod
    def setUpClass(cls) -> None:
        places = json.loads(pathlib.Path(os.environ["EXAMPLES"]).read_text())
        with urlopen(places["url"].replace("/api/v1", "/openapi.json"), timeout=60) as answer:
            cls.contract = json.load(answer)

    def test_what_the_contract_allows_is_understood(self) -> None:
        chance = random.Random(18)
        tried = 0
        for operation, name, example in self.answers():
            kind = getattr(importlib.import_module(f"mirrorneuron_api.models.{module(name)}"), type_name(name))
            for _ in range(40):
                answer = self.changed(copy.deepcopy(example), {"$ref": "#/components/schemas/" + name}, chance)
                with self.subTest(operation=operation, answer=answer):
                    self.assertEqual(without_empty(kind.from_dict(answer).to_dict()), without_empty(answer))
                    tried += 1
        self.assertGreater(tried, 3000)

    def test_the_package_is_of_this_contract(self) -> None:
        for path in self.contract["paths"].values():
            for operation in path.values():
                name = f"mirrorneuron_api.api.{operation['tags'][0]}.{snake(operation['operationId'])}"
                if "x-mn-socket" not in operation and operation["operationId"] not in TWINS:
                    self.assertTrue(callable(importlib.import_module(name).sync), name)
        names = {type_name(name) for name in self.contract["components"]["schemas"]}
        self.assertGreater(len(names & set(models.__all__)), 150)

    def answers(self) -> Iterator[Tuple[str, str, Any]]:
        """Operation, type and example of all answers of JSON."""
        for path in self.contract["paths"].values():
            for operation in path.values():
                for status, response in operation["responses"].items():
                    form = response.get("content", {}).get("application/json")
                    if form and status.startswith("2"):
                        name = form["schema"]["$ref"].rsplit("/", 1)[1]
                        shown = form.get("examples", {"example": {"value": form.get("example")}})
                        for example in shown.values():
                            yield operation["operationId"], name, example["value"]

    def whole(self, schema: Schema) -> Schema:
        while "$ref" in schema:
            schema = self.contract["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
        if "allOf" in schema:
            return {name: member for part in schema["allOf"] for name, member in self.whole(part).items()}
        return schema

    def changed(self, value: Any, declared: Optional[Schema], chance: random.Random) -> Any:
        schema = self.whole(declared or {})
        forms: List[Schema] = schema.get("anyOf") or schema.get("oneOf") or []
        types = schema.get("type", [])
        if chance.random() < 0.2 and ("null" in types or {"type": "null"} in forms):
            return None
        if isinstance(value, dict):
            return self.changed_object(value, schema or {}, forms, chance)
        if isinstance(value, list):
            return [self.changed(item, schema.get("items"), chance) for item in value]
        if isinstance(value, str) and "enum" in schema and chance.random() < 0.2:
            return "a_word_of_tomorrow"
        return value

    def changed_object(self, value: Dict[str, Any], schema: Schema, forms: List[Schema], chance: random.Random) -> Any:
        for form in forms:
            if form.get("type") != "null":
                schema = self.whole(form)
        members = schema.get("properties", {})
        for name in list(value):
            if name in members:
                if name not in schema.get("required", []) and chance.random() < 0.2:
                    del value[name]
                else:
                    value[name] = self.changed(value[name], members[name], chance)
        if members and chance.random() < 0.2:
            value["member_of_tomorrow"] = chance.choice([None, 1, "x", [1], {"a": None}])
        return value


def module(name: str) -> str:
    return {"Ports": "ports_report"}.get(name, snake(name))


def type_name(name: str) -> str:
    return {"Ports": "PortsReport"}.get(name, name)


if __name__ == "__main__":
    unittest.main()
