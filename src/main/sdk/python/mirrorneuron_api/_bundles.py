"""A bundle as one zip, with the files that the terminal sends too: of a folder links are left out, and beside ``payloads/``
what begins with a dot."""

import os
import pathlib
import tempfile
import warnings
import zipfile
from typing import BinaryIO, List, Tuple, Union, cast

from .problems import BadArgument

_MOST_NAMED = 5


def pack(bundle: Union[str, "os.PathLike[str]"]) -> BinaryIO:
    """The open zip of a folder or of a zip file; the same folder gives the same bytes. Links of a folder are warned of.

    Raises BadArgument where there is neither, for a folder without a manifest, and where a file cannot be read.
    """
    source = pathlib.Path(bundle)
    try:
        if not source.is_dir():
            if zipfile.is_zipfile(source):
                return source.open("rb")
            raise BadArgument(f"{source} is no folder and no zip")
        if not any((source / name).is_file() for name in ("manifest.json", "manifest.yaml", "manifest.yml")):
            raise BadArgument(f"{source} has no manifest.json or manifest.yaml")
        return _packed(source)
    except OSError as cause:
        raise BadArgument(f"{source} cannot be packed: {cause}") from cause


def _packed(source: pathlib.Path) -> BinaryIO:
    files, links = _content(source)
    if links:
        named = ", ".join(links[:_MOST_NAMED]) + (f", … ({len(links)})" if len(links) > _MOST_NAMED else "")
        warnings.warn(f"links are not sent, put there what they lead to: in {source} {named}", stacklevel=5)
    packed = cast(BinaryIO, tempfile.TemporaryFile())
    try:
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in files:
                file = source / name
                entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
                entry.compress_type = zipfile.ZIP_DEFLATED
                entry.external_attr = (0o100755 if os.access(file, os.X_OK) else 0o100644) << 16
                with file.open("rb") as content, archive.open(entry, "w") as target:
                    while piece := content.read(1 << 20):
                        target.write(piece)
            archive.writestr(zipfile.ZipInfo("payloads/", (1980, 1, 1, 0, 0, 0)), b"")  # there may be none
        packed.seek(0)
        return packed
    except BaseException:
        packed.close()
        raise


def _fail(cause: OSError) -> None:
    raise cause


def _content(folder: pathlib.Path) -> Tuple[List[str], List[str]]:
    """Names of what is sent, and of links."""
    files, links = [], []
    for parent, folders, names in os.walk(folder, onerror=_fail):
        for name in folders + names:
            path = pathlib.Path(parent, name)
            within = path.relative_to(folder)
            if within.parts[0].startswith("."):
                continue
            if path.is_symlink():
                links.append(within.as_posix())
            elif path.is_file():
                files.append(within.as_posix())
        folders[:] = [name for name in folders if pathlib.Path(parent) != folder or not name.startswith(".")]
    return sorted(files), sorted(links)
