"""What templates cannot do: polish.py PACKAGE CONTRACT

Models show what is set, calls say what they raise, and bodies that the contract does not require may be left out.
"""

import json
import pathlib
import re
import sys

RAISED = re.compile(r"errors\.UnexpectedStatus: .*\n(\s+)httpx\.TimeoutException: .*")
BODY = re.compile(r'( *)(_kwargs\["json"\] = body\.to_dict\(\))\s+(headers\["Content-Type"\] = .*)')


def models(folder: pathlib.Path) -> None:
    for file in folder.glob("[!_]*.py"):
        text = file.read_text()
        text = re.sub(r"^@_attrs_define\nclass (\w+):", r"@_attrs_define(repr=False)\nclass \1(Shown):", text, flags=re.M)
        file.write_text(text.replace("from ..types import", "from .._shown import Shown\nfrom ..types import", 1))


def calls(folder: pathlib.Path, optional: "set[str]") -> None:
    for file in folder.glob("*/[!_]*.py"):
        text = RAISED.sub(r"Problem: What the server refused, or could not do.\n\1ConnectionLost: No answer came.", file.read_text())
        if file.stem in optional:
            text = re.sub(r"^( +)body: (\w+),$", r"\1body: Union[Unset, \2] = UNSET,", text, flags=re.M)
            text = BODY.sub(r"\1if not isinstance(body, Unset):\n\1    \2\n\1    \3", text)
            text = text.replace("from ...client import", "from ...types import UNSET, Unset\nfrom ...client import", 1)
        file.write_text(text)


def optional_bodies(contract: dict) -> "set[str]":
    found = set()
    for path in contract["paths"].values():
        for operation in path.values():
            body = operation.get("requestBody", {"required": True}) if isinstance(operation, dict) else {"required": True}
            if "$ref" in body:
                body = contract["components"]["requestBodies"][body["$ref"].rsplit("/", 1)[1]]
            if not body.get("required"):
                found.add(re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", operation["operationId"]).lower())
    return found


if __name__ == "__main__":
    package = pathlib.Path(sys.argv[1])
    models(package / "models")
    calls(package / "api", optional_bodies(json.loads(pathlib.Path(sys.argv[2]).read_text())))
    types = package / "types.py"
    unset = 'class Unset:\n    def __repr__(self) -> str:\n        return "UNSET"\n\n'
    types.write_text(types.read_text().replace("class Unset:\n", unset))
