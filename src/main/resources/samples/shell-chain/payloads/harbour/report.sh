#!/bin/sh
# Writes the notice and ends the job with it.
set -eu
totals=$(sed -n 's/.*"totals" *: *"\([^"]*\)".*/\1/p' "$MN_INPUT_FILE")
echo "$totals" | tr ';' '\n' | awk '
  NR == 1 { best = $1; most = $2 }
  { sum += $2; boats = boats sep "\"" $1 "\":" $2; sep = "," }
  END {
    printf "{\"complete_run\":{\"notice\":\"%s brought in the most: %d of %d kg.\",", best, most, sum
    printf "\"kilos_by_boat\":{%s}}}\n", boats
  }'
