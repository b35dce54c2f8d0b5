-- The whole of one job as of one moment; of one that is packed (end.lua) that is the value of its row.
-- KEYS: state, manifest, blobs, row
if redis.call('HEXISTS', KEYS[1], 'packed') == 1 then
  return {redis.call('HGETALL', KEYS[1]), false, {}, redis.call('GET', KEYS[4])}
end
return {redis.call('HGETALL', KEYS[1]), redis.call('GET', KEYS[2]), redis.call('HGETALL', KEYS[3])}
