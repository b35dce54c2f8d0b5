-- Moves the job with state KEYS[1] from owner ARGV[1] to owner ARGV[2]; writers with an older epoch
-- are refused from now on. Answers the new epoch, or -1 when the job is not ARGV[1]'s, or not under
-- epoch ARGV[3] unless that is 0.
if redis.call('HGET', KEYS[1], 'owner') ~= ARGV[1] then
  return -1
end
if ARGV[3] ~= '0' and redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[3] then
  return -1
end
local epoch = redis.call('HINCRBY', KEYS[1], 'epoch', 1) -- first, as it fails when it is no number
redis.call('HSET', KEYS[1], 'owner', ARGV[2])
return epoch
