-- Brings jobs that an earlier version of the store left into the index, and what dangles out of it.
-- Doing it again changes nothing, so two servers may do it at once.
-- KEYS: index of jobs, jobs of chosen runs
-- ARGV: namespace, 'active', 'unrecorded', 'runs' or a final status, time to keep ended jobs (ms),
--       then ids of jobs that stand there; for 'runs' run id, job id, run id, job id, ...
local jobs, runs = KEYS[1], KEYS[2]
local place = ARGV[2]
local function exists(id)
  return redis.call('EXISTS', own(ARGV[1], id) .. 'state') == 1
end
local function status(its)
  for _, text in ipairs({redis.pcall('GET', its .. 'row'), redis.pcall('HGET', its .. 'state', 'h')}) do
    local word = type(text) == 'string' and string.match(text, '"status":"([a-z]+)"')
    for _, open in ipairs(OPEN) do
      if word == open then
        return word
      end
    end
  end
  return 'running'
end
local function open(id, its)
  if type(redis.pcall('HGET', its .. 'state', 'status')) ~= 'string' then
    local word = status(its)
    redis.pcall('HSET', its .. 'state', 'status', word) -- an error when the state is damaged
    redis.call('SADD', jobs .. 'open:' .. word, id)
  end
end
local function ended(id, its)
  redis.pcall('HSETNX', its .. 'state', 'status', place)
  local left = redis.call('PTTL', its .. 'state')
  if left < 0 then
    left = tonumber(ARGV[3])
  end
  redis.call('ZADD', jobs .. 'leaving', 'NX', string.format('%.0f', now() + left), id)
  for _, key in ipairs({'state', 'blobs', 'events', 'row', 'manifest'}) do
    redis.call('PERSIST', its .. key) -- from now on remove.lua ends them
  end
end
if place == 'runs' then
  for i = 4, #ARGV, 2 do
    local run, id = ARGV[i], ARGV[i + 1]
    if exists(id) then
      redis.pcall('HSET', own(ARGV[1], id) .. 'state', 'run', run)
    elseif redis.call('HGET', runs, run) == id then
      redis.call('HDEL', runs, run)
    end
  end
  return 1
end
for i = 4, #ARGV do
  local id = ARGV[i]
  if not exists(id) then
    leave(jobs, id)
  elseif place ~= 'unrecorded' and redis.call('ZSCORE', jobs .. place, id) then
    local its = own(ARGV[1], id)
    if place == 'active' then
      open(id, its)
    else
      ended(id, its)
    end
  end
end
return 1
