"""Ranks the orchards and ends the job with the table."""

import json
import os

with open(os.environ["MN_INPUT_FILE"]) as file:
    orchards = json.load(file)["messages"]

orchards.sort(key=lambda orchard: orchard["kilos"], reverse=True)
print(
    json.dumps(
        {
            "complete_run": {
                "total_kilos": sum(orchard["kilos"] for orchard in orchards),
                "ranking": orchards,
            }
        }
    )
)
