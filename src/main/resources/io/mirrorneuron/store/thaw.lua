-- Makes a packed job what it was before it was packed, for a turn to follow. Does nothing when it is
-- not packed, or not as the caller has read it.
-- KEYS: as in commit.lua
-- ARGV: the packed job as it was read, row, owner, manifest, last event number, packed events ('':
--       none), then field and value of its state in turn
local state = KEYS[1]
if not redis.call('HGET', state, 'packed') or redis.call('GET', KEYS[3]) ~= ARGV[1] then
  return 0
end
redis.call('HDEL', state, 'packed')
redis.call('HSET', state, 'owner', ARGV[3])
for i = 7, #ARGV, 2 do
  redis.call('HSET', state, ARGV[i], ARGV[i + 1])
end
if ARGV[6] ~= '' then
  redis.call('XADD', KEYS[2], ARGV[5] .. '-0', 'e', ARGV[6])
end
redis.call('SET', KEYS[4], ARGV[4])
redis.call('SET', KEYS[3], ARGV[2])
return 1
