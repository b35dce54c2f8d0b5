#!/bin/sh
# Answers when it is asked for the third time.
set -eu
if [ "$MN_WORKFLOW_ATTEMPT" -lt 3 ]; then
  echo "no answer but noise" >&2
  exit 1
fi
printf '{"complete_step":{"wave_cm":140,"asked":%s}}\n' "$MN_WORKFLOW_ATTEMPT"
