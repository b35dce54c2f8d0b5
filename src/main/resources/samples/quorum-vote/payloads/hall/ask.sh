#!/bin/sh
# Hands the question to everybody.
set -eu
printf '{"complete_step":%s}\n' "$(cat "$MN_INPUT_FILE")"
