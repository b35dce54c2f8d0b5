-- Takes an execution from its node. Answers 0; or, when nothing was changed, 1 when the node has taken
-- it, 2 when the job has another epoch.
-- KEYS: state of the job, executions elsewhere
-- ARGV: epoch, execution, how what is noted ends once the node has taken it, or empty when that does
-- not count
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then
  return 2
end
local noted = redis.call('HGET', KEYS[2], ARGV[2])
if noted and ARGV[3] ~= '' and string.sub(noted, -string.len(ARGV[3])) == ARGV[3] then
  return 1
end
redis.call('HDEL', KEYS[2], ARGV[2])
return 0
