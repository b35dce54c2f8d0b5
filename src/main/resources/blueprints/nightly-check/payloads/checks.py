"""Runs commands and reports which passed."""

import json
import os
import pathlib
import subprocess
import sys

with open(os.environ["MN_INPUT_FILE"]) as file:
    checks = json.load(file)["checks"]

report = []
for check in checks:
    done = subprocess.run(["sh", "-c", check["run"]], capture_output=True, text=True)
    report.append(
        {
            "name": check["name"],
            "passed": done.returncode == 0,
            "exit_code": done.returncode,
            "said": (done.stdout + done.stderr)[-500:],
        }
    )
run = pathlib.Path(os.environ["MN_RUNS_ROOT"], os.environ["MN_RUN_ID"])
(run / "checks.json").write_text(json.dumps(report, indent=2))
failed = [one["name"] for one in report if not one["passed"]]
if failed:
    sys.exit("not passed: " + ", ".join(failed))
print(json.dumps({"passed": len(report), "report": "checks.json"}))
