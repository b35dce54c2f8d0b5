#!/bin/sh
# Adds the kilos up by boat, best boat first.
set -eu
landings=$(sed -n 's/.*"landings" *: *"\([^"]*\)".*/\1/p' "$MN_INPUT_FILE")
totals=$(echo "$landings" | tr ';' '\n' \
  | awk '{ kilos[$1] += $2 } END { for (boat in kilos) print kilos[boat], boat }' \
  | sort -rn | awk '{ printf "%s%s %s", sep, $2, $1; sep = ";" }')
printf '{"emit_messages":[{"type":"totals","body":{"totals":"%s"}}]}\n' "$totals"
