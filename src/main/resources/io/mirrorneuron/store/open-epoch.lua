-- The epoch of a job as a text, or nothing when the job is not open, or damaged.
-- KEYS: index of jobs, state of the job
-- ARGV: job id
if not redis.call('ZSCORE', KEYS[1] .. 'active', ARGV[1]) then
  return false
end
local epoch = redis.pcall('HGET', KEYS[2], 'epoch')
return type(epoch) == 'string' and epoch
