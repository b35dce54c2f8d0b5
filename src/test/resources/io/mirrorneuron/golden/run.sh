# Waits for the folder of its run, which is written behind the commits, and ends the job.
until [ -e "$MN_RUNS_ROOT/$MN_RUN_ID/run.json" ]; do sleep 0.05; done
sleep 0.5
echo '{"complete_run":{"ran":1}}'
