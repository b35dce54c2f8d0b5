#!/bin/sh
# Writes the bill.
set -eu
month=$(sed -n 's/.*"month" *: *"\([^"]*\)".*/\1/p' "$MN_INPUT_FILE")
printf '{"complete_step":{"bill":"rent of %s"}}\n' "$month"
