"""Packs the one module of this folder as a wheel, without any tool to be fetched."""

import pathlib
import zipfile

NAME = "scales-1.0"


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    file = f"{NAME}-py3-none-any.whl"
    members = {
        "scales.py": pathlib.Path("scales.py").read_text(),
        f"{NAME}.dist-info/METADATA": "Metadata-Version: 2.1\nName: scales\nVersion: 1.0\n",
        f"{NAME}.dist-info/WHEEL": "Wheel-Version: 1.0\nGenerator: backend\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = f"{NAME}.dist-info/RECORD"
    members[record] = "".join(f"{name},,\n" for name in [*members, record])
    with zipfile.ZipFile(pathlib.Path(wheel_directory, file), "w") as wheel:
        for name, text in members.items():
            wheel.writestr(name, text)
    return file
