-- The last turn of a job that is packed: all that is kept of it is one value, which readers of rows
-- find in place of its row, and what scripts must know of it. Refused when the writer's epoch is
-- not the job's.
-- KEYS: as in commit.lua
-- ARGV: epoch, job id, updated at (ms), status, time to keep it (ms), the packed job, then executions
--       that have nothing any more
local state = KEYS[1]
local known = redis.call('HMGET', state, 'epoch', 'status', 'run', 'key')
if known[1] ~= ARGV[1] then
  return redis.error_reply('FENCED')
end
for i = 7, #ARGV do
  redis.call('HDEL', KEYS[7], ARGV[i])
end
redis.call('DEL', state, KEYS[2], KEYS[4], KEYS[5])
redis.call('SET', KEYS[3], ARGV[6])
local left = {'epoch', ARGV[1], 'packed', '1'}
for place, field in ipairs({'status', 'run', 'key'}) do
  if known[place + 1] then
    left[#left + 1] = field
    left[#left + 1] = known[place + 1]
  end
end
redis.call('HSET', state, unpack(left))
move(KEYS[6], state, ARGV[2], ARGV[4], ARGV[3], ARGV[5])
return 1
