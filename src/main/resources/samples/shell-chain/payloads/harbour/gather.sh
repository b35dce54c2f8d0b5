#!/bin/sh
# Picks "boat kilos" out of the night's log and sends them on as one line.
set -eu
landings=$(awk '$2 == "landed" { printf "%s%s %s", sep, $3, $5; sep = ";" }' night.log)
printf '{"emit_messages":[{"type":"landings","body":{"landings":"%s"}}]}\n' "$landings"
