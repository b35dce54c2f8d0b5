#!/bin/sh
# Reports what is known.
set -eu
waves=$(sed -n 's/.*"wave_cm" *: *\([0-9]*\).*/\1/p' "$MN_CONTEXT_FILE")
note=$(sed -n 's/.*"note" *: *"\([^"]*\)".*/\1/p' "$MN_CONTEXT_FILE")
printf '{"complete_step":{"report":"Waves of %s cm. %s"}}\n' "$waves" "$note"
