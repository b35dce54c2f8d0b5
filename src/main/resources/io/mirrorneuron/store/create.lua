-- A new job with its first turn, epoch 1. Answers the job's id: with an idempotency key that was
-- used before for the same content, the id of the job made then.
-- KEYS: state, events, row, active index, done index, manifest, blobs,
--       idempotency record, jobs whose runs are not written to the end, jobs of chosen run ids
-- ARGV: content hash ('': no idempotency), its time to live (ms), owner, manifest, then as in
--       commit.lua from 'job id' on, then the run id that the author chose ('': none)
local state, events, row, manifest = KEYS[1], KEYS[2], KEYS[3], KEYS[6]
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
local run = ARGV[#ARGV]
if run ~= '' then
  local holder = redis.call('HGET', KEYS[10], run)
  if not holder and string.sub(run, 1, 4) == 'run-' then -- as runs are called without a choice
    holder = string.sub(run, 5)
  end
  if holder and exists(holder) then
    return redis.error_reply('RUN_ID ' .. holder)
  end
  redis.call('HSET', KEYS[10], run, ARGV[5])
end
if ARGV[1] ~= '' then
  redis.call('SET', KEYS[8], ARGV[1] .. ' ' .. ARGV[5], 'PX', ARGV[2])
end
redis.call('HSET', state, 'epoch', '1', 'owner', ARGV[3])
redis.call('SET', manifest, ARGV[4])
redis.call('XADD', events, ARGV[9] .. '-0', 'e', ARGV[11])
local function write(key, from, to)
  while from <= to do
    local last = math.min(from + 1999, to)
    redis.call('HSET', key, unpack(ARGV, from, last))
    from = last + 1
  end
end
local blobs = 15 + ARGV[12] + ARGV[13]
write(state, 15, 14 + ARGV[12])
write(KEYS[7], blobs, blobs + ARGV[14] - 1)
redis.call('SADD', KEYS[9], ARGV[5])
redis.call('SET', row, ARGV[8])
if ARGV[7] == '0' then
  redis.call('ZADD', KEYS[4], ARGV[6], ARGV[5])
else
  redis.call('ZADD', KEYS[5], ARGV[6], ARGV[5])
  for _, key in ipairs({state, events, row, manifest, KEYS[7]}) do
    redis.call('PEXPIRE', key, ARGV[7])
  end
end
return ARGV[5]
