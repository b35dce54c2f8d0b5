-- A job as of one moment; of one that is packed (end.lua) that is the value of its row.
-- KEYS: state, manifest, row and, when they are wanted, blobs
local state = redis.call('HGETALL', KEYS[1])
if redis.call('HEXISTS', KEYS[1], 'packed') == 1 then
  return {state, false, {}, redis.call('GET', KEYS[3])}
end
return {state, redis.call('GET', KEYS[2]), KEYS[4] and redis.call('HGETALL', KEYS[4]) or {}}
