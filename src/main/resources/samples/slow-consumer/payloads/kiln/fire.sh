#!/bin/sh
# Fires one pot.
set -eu
pot=$(sed -n 's/.*"pot" *: *\([0-9]*\).*/\1/p' "$MN_INPUT_FILE")
sleep 0.02
printf '{"emit_messages":[{"type":"fired","body":{"pot":%s}}]}\n' "$pot"
