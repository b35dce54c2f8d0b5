"""A bundle as one zip: a folder is packed, links and hidden files of it are not."""

import os
import pathlib
import tempfile
import zipfile
from typing import BinaryIO, Union, cast


def pack(bundle: Union[str, "os.PathLike[str]"]) -> BinaryIO:
    """The open zip of a folder or of a zip file; the same folder gives the same bytes.

    Raises FileNotFoundError where there is none, ValueError for a folder without a manifest.
    """
    source = pathlib.Path(bundle)
    if not source.is_dir():
        return source.open("rb")
    if not any((source / name).is_file() for name in ("manifest.json", "manifest.yaml", "manifest.yml")):
        raise ValueError(f"{source} has no manifest.json or manifest.yaml")
    packed = cast(BinaryIO, tempfile.TemporaryFile())
    try:
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in sorted(_files(source)):
                entry = zipfile.ZipInfo(file.relative_to(source).as_posix(), (1980, 1, 1, 0, 0, 0))
                entry.compress_type = zipfile.ZIP_DEFLATED
                entry.external_attr = (0o755 if os.access(file, os.X_OK) else 0o644) << 16
                with file.open("rb") as content, archive.open(entry, "w") as target:
                    while piece := content.read(1 << 20):
                        target.write(piece)
        packed.seek(0)
        return packed
    except BaseException:
        packed.close()
        raise


def _files(folder: pathlib.Path) -> "list[pathlib.Path]":
    found = []
    for parent, folders, files in os.walk(folder):
        here = pathlib.Path(parent)
        folders[:] = [name for name in folders if not name.startswith(".") and not (here / name).is_symlink()]
        found += [
            here / name
            for name in files
            if not name.startswith(".") and not (here / name).is_symlink() and (here / name).is_file()
        ]
    return found
