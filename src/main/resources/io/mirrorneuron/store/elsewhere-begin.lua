-- Notes which node is about to be asked to run an execution. Answers 0, and changes nothing, when the
-- job has another epoch.
-- KEYS: state of the job, executions elsewhere
-- ARGV: epoch, execution, owner of the node
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then
  return 0
end
redis.call('HSET', KEYS[2], ARGV[2], ARGV[3])
return 1
