# Asks whether to send a mail, waits for the answer, and repeats it.
run="$MN_RUNS_ROOT/$MN_RUN_ID"
until [ -e "$run/run.json" ]; do sleep 0.05; done
sleep 0.5
tell() {
  now=$(date -u +%FT%T.%3NZ)
  echo '{"ts":"'$now'","channel":"human","type":"'$1'","payload":'$2'}' >> "$run/human.jsonl"
}
tell human_notice '{"notice_id":"n1","message":"Almost done"}'
sleep 0.1
tell human_input_requested '{"request_id":"q1","prompt":"Send the mail?","allowed_decisions":["approve","reject"],"timeout_seconds":3600,"default":"reject","password":"hidden"}'
until grep -q human_input_received "$run/human.jsonl"; do sleep 0.05; done
sleep 0.3
echo '{"complete_run":{"sent":true}}'
