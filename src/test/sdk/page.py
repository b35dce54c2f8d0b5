"""Does what a page of the documentation says: page.py PAGE FOLDER

A block whose first line is a comment with a file's name becomes that file, one of sh is run, and one of text is what the
command before it printed.
"""

import pathlib
import re
import subprocess
import sys

BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NAME = re.compile(r"(?://|#|<!--) ([\w./-]+\.\w+)(?: -->)?\n")
COLOUR = re.compile("\x1b\\[[0-9;]*m")  # Maven resets it, whatever it is told


def follow(page: str, folder: pathlib.Path) -> None:
    printed = None
    for language, content in BLOCK.findall(page):
        named = NAME.match(content)
        if named:
            file = folder / named[1]
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(content)
        elif language == "sh":
            done = subprocess.run(["bash", "-euo", "pipefail", "-c", content], cwd=folder, stdout=subprocess.PIPE, timeout=600, encoding="utf-8")
            printed = COLOUR.sub("", done.stdout)
            if done.returncode != 0:
                sys.exit(f"{content}\nended with {done.returncode}:\n{printed}")
        elif language == "text":
            if printed != content:
                sys.exit(f"instead of\n{content}\nthis was printed:\n{printed}")
        else:
            sys.exit(f"nobody does anything with a block of {language}:\n{content}")


if __name__ == "__main__":
    follow(pathlib.Path(sys.argv[1]).read_text(), pathlib.Path(sys.argv[2]))
