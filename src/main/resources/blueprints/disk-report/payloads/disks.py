"""Says how full the file systems of this machine are."""

import json
import os
import shutil

with open(os.environ["MN_INPUT_FILE"]) as file:
    limit = json.load(file)["warn_percent"]

disks = {}
with open("/proc/mounts") if os.path.exists("/proc/mounts") else open(os.devnull) as mounts:
    places = [line.split()[1] for line in mounts if line.startswith("/dev/")]
for place in places or ["/"]:
    place = place.encode().decode("unicode_escape")
    try:
        usage = shutil.disk_usage(place)
    except OSError:
        continue  # not for us, or gone meanwhile
    if usage.total:
        disks[place] = round(100 * usage.used / usage.total)
full = sorted(place for place, percent in disks.items() if percent > limit)
print(json.dumps({"percent_used": disks, "nearly_full": full}))
