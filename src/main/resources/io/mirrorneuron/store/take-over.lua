-- Makes ARGV[1] the owner of the job with state KEYS[1]; writers with an older epoch are refused
-- from now on. Answers the new epoch, or -1 when there is no such job.
if redis.call('EXISTS', KEYS[1]) == 0 then
  return -1
end
redis.call('HSET', KEYS[1], 'owner', ARGV[1])
return redis.call('HINCRBY', KEYS[1], 'epoch', 1)
