-- One turn of one job. Refused when the writer's epoch is not the job's, and with PACKED when the job
-- has ended and is packed (end.lua): then it must be thawed first (thaw.lua).
-- KEYS: state, events, row, manifest, blobs, index of jobs, ledger of allocations
-- ARGV: epoch, job id, updated at (ms), status, time to keep an ended job (ms; 0: not ended), row,
--       last event number, events before this number may go, packed events,
--       n, d, b, f, g, f executions that have nothing any more, g execution and JSON arguments of
--       what was given, n field and value arguments, d fields to delete, b name and text arguments
--       of blobs, then names of blobs to drop, then a manifest in place of the job's ('': it stays)
local state, events = KEYS[1], KEYS[2]
local known = redis.call('HMGET', state, 'epoch', 'packed')
if known[1] ~= ARGV[1] then
  return redis.error_reply('FENCED')
end
if known[2] then
  return redis.error_reply('PACKED')
end
local function chunks(command, key, from, to)
  while from <= to do
    local last = math.min(from + 1999, to)
    redis.call(command, key, unpack(ARGV, from, last))
    from = last + 1
  end
end
if ARGV[9] ~= '' then
  if ARGV[8] ~= '0' then
    redis.call('XADD', events, 'MINID', '~', ARGV[8], ARGV[7] .. '-0', 'e', ARGV[9])
  else
    redis.call('XADD', events, ARGV[7] .. '-0', 'e', ARGV[9])
  end
end
local given = 15 + ARGV[13]
local fields = given + ARGV[14]
local deleted = fields + ARGV[10]
local blobs = deleted + ARGV[11]
local dropped = blobs + ARGV[12]
chunks('HDEL', KEYS[7], 15, given - 1)
chunks('HSET', KEYS[7], given, fields - 1)
chunks('HSET', state, fields, deleted - 1)
chunks('HDEL', state, deleted, blobs - 1)
chunks('HSET', KEYS[5], blobs, dropped - 1)
chunks('HDEL', KEYS[5], dropped, #ARGV - 1)
if ARGV[#ARGV] ~= '' then
  redis.call('SET', KEYS[4], ARGV[#ARGV])
end
redis.call('SET', KEYS[3], ARGV[6])
move(KEYS[6], state, ARGV[2], ARGV[4], ARGV[3], ARGV[5])
return 1
