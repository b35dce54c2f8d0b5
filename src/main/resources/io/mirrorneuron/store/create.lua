-- A new job with its first turn, epoch 1. Answers the job's id: with an idempotency key that was
-- used before for the same content, the id of the job made then.
-- KEYS: as in commit.lua, then idempotency record, jobs of chosen runs, payload files
-- ARGV: content hash ('': no idempotency), its time to live (ms), owner, manifest, then as in
--       commit.lua from 'job id' on, then the run id that the author chose ('': none), then the
--       fingerprint of payload files that must be known ('': none). Of a job that has ended in its
--       first turn and is packed, there is no owner, manifest, event or field, and the row is the
--       packed job, see end.lua
-- The state remembers in `run` and `key` what of the last two keys is the job's, for remove.lua.
local state, events = KEYS[1], KEYS[2]
local function exists(job)
  local from, to = string.find(state, '{job:' .. ARGV[5] .. '}', 1, true)
  local its = string.sub(state, 1, from - 1) .. '{job:' .. job .. '}' .. string.sub(state, to + 1)
  return redis.call('EXISTS', its) == 1
end
if ARGV[1] ~= '' then
  local known = redis.call('GET', KEYS[8])
  if known then
    local hash, job = string.match(known, '^(%S+) (.+)$')
    if exists(job) then -- else it has been removed since
      if hash ~= ARGV[1] then
        return redis.error_reply('IDEMPOTENCY')
      end
      return job
    end
  end
end
-- A bundle that has just been used is not removed, see bundles.lua.
local bundle = ARGV[#ARGV]
if bundle ~= '' then
  if redis.call('HEXISTS', KEYS[10] .. 'at', bundle) == 0 then
    return redis.error_reply('BUNDLE')
  end
  redis.call('ZADD', KEYS[10] .. 'used', string.format('%.0f', now()), bundle)
end
local run = ARGV[#ARGV - 1]
if run ~= '' then
  local holder = redis.call('HGET', KEYS[9], run)
  if not holder and string.sub(run, 1, 4) == 'run-' then -- as runs are called without a choice
    holder = string.sub(run, 5)
  end
  if holder and exists(holder) then
    return redis.error_reply('RUN_ID ' .. holder)
  end
  redis.call('HSET', KEYS[9], run, ARGV[5])
  redis.call('HSET', state, 'run', run)
end
if ARGV[1] ~= '' then
  redis.call('SET', KEYS[8], ARGV[1] .. ' ' .. ARGV[5], 'PX', ARGV[2])
  redis.call('HSET', state, 'key', KEYS[8])
end
if ARGV[3] == '' then
  redis.call('HSET', state, 'epoch', '1', 'packed', '1')
else
  redis.call('HSET', state, 'epoch', '1', 'owner', ARGV[3])
  redis.call('SET', KEYS[4], ARGV[4])
  redis.call('XADD', events, ARGV[10] .. '-0', 'e', ARGV[12])
end
local function write(key, from, to)
  while from <= to do
    local last = math.min(from + 1999, to)
    redis.call('HSET', key, unpack(ARGV, from, last))
    from = last + 1
  end
end
local fields = 18 + ARGV[16] + ARGV[17] -- nothing is allocated yet
local blobs = fields + ARGV[13] + ARGV[14]
write(state, fields, fields + ARGV[13] - 1)
write(KEYS[5], blobs, blobs + ARGV[15] - 1)
redis.call('SET', KEYS[3], ARGV[9])
redis.call('SADD', KEYS[6] .. 'unrecorded', ARGV[5])
move(KEYS[6], state, ARGV[5], ARGV[7], ARGV[6], ARGV[8])
return ARGV[5]
