-- Removes a batch of ended jobs with all they have. Answers how many, how many stay because their
-- runs are not written to the end, or wait for a reader, and which these are. Of those whose time is
-- over only the latter stay; of jobs that are named, open ones stay, too.
-- KEYS: index of jobs, jobs of chosen runs
-- ARGV: namespace, 'due' for jobs whose time is over, the final status of jobs, or 'these', jobs at
--       most, how many at the beginning of these are known to stay, 'elsewhere' when run ids and
--       idempotency keys are claimed elsewhere: then it is noted which run id is to be freed, see
--       claims.lua; behind that the ids of 'these'
local jobs, runs = KEYS[1], KEYS[2]
local stay = {}
local ids
if ARGV[2] == 'these' then
  ids = {unpack(ARGV, 6)}
elseif ARGV[2] == 'due' then
  local due = string.format('%.0f', now())
  ids = redis.call('ZRANGEBYSCORE', jobs .. 'leaving', '-inf', due, 'LIMIT', ARGV[4], ARGV[3])
else
  ids = redis.call('ZRANGE', jobs .. ARGV[2], ARGV[4], ARGV[4] + ARGV[3] - 1)
end
local function remove(id, its)
  local known = redis.pcall('HMGET', its .. 'state', 'run', 'key') -- an error when it is damaged
  if ARGV[5] == 'elsewhere' then
    if known[1] then
      redis.call('ZADD', jobs .. 'intents', 0, id .. '\n' .. known[1])
    end
    known = {}
  end
  if known[1] and redis.call('HGET', runs, known[1]) == id then
    redis.call('HDEL', runs, known[1])
  end
  if known[2] then
    local claim = redis.pcall('GET', known[2])
    if type(claim) == 'string' and string.match(claim, '^%S+ (.+)$') == id then
      redis.call('DEL', known[2])
    end
  end
  redis.call('UNLINK', its .. 'state', its .. 'blobs', its .. 'events', its .. 'row',
    its .. 'manifest')
  leave(jobs, id)
end
for _, id in ipairs(ids) do
  local its = own(ARGV[1], id)
  local unwritten = redis.call('SISMEMBER', jobs .. 'unread', id) == 1
    or ARGV[2] ~= 'due' and redis.call('SISMEMBER', jobs .. 'unrecorded', id) == 1
  local open = ARGV[2] == 'these' and redis.call('ZSCORE', jobs .. 'active', id)
  if open or unwritten and redis.call('EXISTS', its .. 'row') == 1 then
    stay[#stay + 1] = id
  else
    remove(id, its)
  end
end
return {#ids - #stay, #stay, stay}
