-- A node is about to begin an execution. Answers 0, and changes nothing, when the job has another
-- epoch, or the execution is not noted for that node.
-- KEYS: state of the job, executions elsewhere
-- ARGV: epoch, execution, owner of the node, what is noted once that has taken it
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then
  return 0
end
local noted = redis.call('HGET', KEYS[2], ARGV[2])
if noted ~= ARGV[3] and noted ~= ARGV[4] then
  return 0
end
redis.call('HSET', KEYS[2], ARGV[2], ARGV[4])
return 1
