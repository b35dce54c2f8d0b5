#!/bin/sh
# Files the receipt.
set -eu
paid=$(sed -n 's/.*"paid" *: *"\([^"]*\)".*/\1/p' "$MN_CONTEXT_FILE")
printf '{"complete_step":{"receipt":"paid: %s"}}\n' "$paid"
