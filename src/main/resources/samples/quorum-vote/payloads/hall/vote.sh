#!/bin/sh
# Votes $1 after $2 seconds of thought.
set -eu
sleep "$2"
printf '{"complete_step":{"vote":"%s"}}\n' "$1"
