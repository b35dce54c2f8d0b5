#!/bin/sh
# The camera is asleep.
sleep 60
