"""Every block of docs/sdk-python.md, in order: files are written, the others run as one program."""

import contextlib
import io
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from typing import Any, Dict

ROOT = pathlib.Path(__file__).parents[4]
[WHEEL] = (ROOT / "target" / "sdk" / "python").glob("*.whl")
PAGE = ROOT / "docs" / "sdk-python.md"
BLOCK = re.compile(r"(?:`(\w+/[\w/.]+)`[^\n]*:\n\n)?```(\w+)\n(.*?)```", re.DOTALL)


class PageTest(unittest.TestCase):
    def test_every_block_does_what_the_page_says(self) -> None:
        program: Dict[str, Any] = {"__name__": "page"}
        printed = io.StringIO()
        here = os.getcwd()
        self.addCleanup(os.chdir, here)
        ran = 0
        with tempfile.TemporaryDirectory() as folder:
            os.chdir(folder)
            shutil.copy(WHEEL, folder)
            for name, language, text in BLOCK.findall(PAGE.read_text()):
                if name:
                    file = pathlib.Path(name)
                    file.parent.mkdir(parents=True, exist_ok=True)
                    file.write_text(text)
                elif language == "python":
                    with contextlib.redirect_stdout(printed):
                        exec(compile(text, str(PAGE), "exec"), program)
                    ran += 1
                else:
                    self.assertEqual(language, "sh")
                    tools = str(pathlib.Path(sys.executable).parent)
                    path = {**os.environ, "PATH": tools + os.pathsep + os.environ["PATH"]}
                    subprocess.run(["bash", "-ec", text], check=True, env=path, stdout=subprocess.DEVNULL)
            os.chdir(here)
        self.assertGreater(ran, 6)
        for word in (
            "Pay 7 to Harbour Office?",
            "job_completed",
            "404",
            "{'given': 5, 'who': 'bob'}",
            "{'who.csv': b'who\\nada'}",
        ):
            self.assertIn(word, printed.getvalue())


if __name__ == "__main__":
    unittest.main()
