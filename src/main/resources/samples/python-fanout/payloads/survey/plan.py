"""Gives each orchard's records to its own counter."""

import json
import pathlib

records = sorted(pathlib.Path("../data").glob("*.csv"))
print(
    json.dumps(
        {
            "emit_messages": [
                {
                    "to": f"count_{file.stem}",
                    "type": "records",
                    "body": {"orchard": file.stem, "csv": file.read_text()},
                }
                for file in records
            ]
        }
    )
)
