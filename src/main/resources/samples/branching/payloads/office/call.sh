#!/bin/sh
# Calls the owner.
set -eu
name=$(sed -n 's/.*"name" *: *"\([^"]*\)".*/\1/p' "$MN_CONTEXT_FILE")
printf '{"complete_step":{"said":"%s will come at five"}}\n' "$name"
