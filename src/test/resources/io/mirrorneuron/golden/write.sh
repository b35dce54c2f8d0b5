# Asks whether to send a mail, waits for the answer, and repeats it.
run="$MN_RUNS_ROOT/$MN_RUN_ID"
until [ -d "$run" ]; do sleep 0.05; done
cd "$run"
sleep 0.5
tell() {
  echo '{"ts":"'$(date -u +%FT%T.%3NZ)'","channel":"human","type":"'$1'","payload":'$2'}' >> human.jsonl
}
tell human_notice '{"notice_id":"n1","message":"Almost done"}'
sleep 0.1
tell human_input_requested '{"request_id":"q1","prompt":"Send the mail?","allowed_decisions":["approve","reject"],"timeout_seconds":3600,"default":"reject","password":"hidden"}'
until grep -q human_input_received human.jsonl; do sleep 0.05; done
sleep 0.3
echo '{"complete_run":{"sent":true}}'
