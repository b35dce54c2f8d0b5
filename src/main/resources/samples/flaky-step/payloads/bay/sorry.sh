#!/bin/sh
# Is only run when the picture could not be had.
set -eu
printf '{"complete_step":{"note":"The camera sleeps again."}}\n'
