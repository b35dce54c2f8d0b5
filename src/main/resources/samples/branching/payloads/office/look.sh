#!/bin/sh
# Chooses the branch by whether the thing has a name in it.
set -eu
name=$(sed -n 's/.*"name" *: *"\([^"]*\)".*/\1/p' "$MN_INPUT_FILE")
thing=$(sed -n 's/.*"thing" *: *"\([^"]*\)".*/\1/p' "$MN_INPUT_FILE")
if [ -n "$name" ]; then next=call; else next=shelve; fi
printf '{"events":[{"type":"workflow_step_branch","payload":{"branch":"%s"}}],' "$next"
printf '"complete_step":{"thing":"%s","name":"%s"}}\n' "$thing" "$name"
