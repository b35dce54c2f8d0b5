#!/bin/sh
# Writes down what has become of the thing.
set -eu
said=$(sed -n 's/.*"said" *: *"\([^"]*\)".*/\1/p' "$MN_CONTEXT_FILE")
printf '{"complete_step":{"book":"%s"}}\n' "$said"
