#!/bin/sh
# Pays. The bank takes a second.
set -eu
bill=$(sed -n 's/.*"bill" *: *"\([^"]*\)".*/\1/p' "$MN_CONTEXT_FILE")
sleep 1
printf '{"complete_step":{"paid":"%s"}}\n' "$bill"
