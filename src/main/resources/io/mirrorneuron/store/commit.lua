-- One turn of one job. Refused when the writer's epoch is not the job's.
-- KEYS: state, events, row, active index, done index, manifest, blobs
-- ARGV: epoch, job id, updated at (ms), time to live when terminal (ms; 0: not terminal), row,
--       last event number, events before this number may go, packed events,
--       n, d, b, n field and value arguments, d fields to delete, b name and text arguments of
--       blobs, then names of blobs to drop
local state, events, row = KEYS[1], KEYS[2], KEYS[3]
if redis.call('HGET', state, 'epoch') ~= ARGV[1] then
  return redis.error_reply('FENCED')
end
local function chunks(command, key, from, to)
  while from <= to do
    local last = math.min(from + 1999, to)
    redis.call(command, key, unpack(ARGV, from, last))
    from = last + 1
  end
end
if ARGV[8] ~= '' then
  if ARGV[7] ~= '0' then
    redis.call('XADD', events, 'MINID', '~', ARGV[7], ARGV[6] .. '-0', 'e', ARGV[8])
  else
    redis.call('XADD', events, ARGV[6] .. '-0', 'e', ARGV[8])
  end
end
local deleted = 12 + ARGV[9]
local blobs = deleted + ARGV[10]
local dropped = blobs + ARGV[11]
chunks('HSET', state, 12, deleted - 1)
chunks('HDEL', state, deleted, blobs - 1)
chunks('HSET', KEYS[7], blobs, dropped - 1)
chunks('HDEL', KEYS[7], dropped, #ARGV)
redis.call('SET', row, ARGV[5])
if ARGV[4] == '0' then
  redis.call('ZADD', KEYS[4], ARGV[3], ARGV[2])
else
  redis.call('ZREM', KEYS[4], ARGV[2])
  redis.call('ZADD', KEYS[5], ARGV[3], ARGV[2])
  for _, key in ipairs({state, events, row, KEYS[6], KEYS[7]}) do
    redis.call('PEXPIRE', key, ARGV[4])
  end
end
return 1
