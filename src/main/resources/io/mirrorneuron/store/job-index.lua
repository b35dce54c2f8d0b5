-- The index of jobs; scripts that change or count jobs begin with this text. All keys begin with
-- <jobs>, the key that scripts get for it:
--   active, <final status>: sorted sets by the time of the last change (ms)
--   open:<status>:          sets, one for each status that is not final
--   leaving:                sorted set of ended jobs by the time when they go (ms, clock of Redis)
--   unrecorded:             set of jobs whose runs are not written to the end
--   unread:                 set of ended jobs whose runs are written when somebody looks
-- A job stands in `active` and one open set, or in one set of a final status and in `leaving`.
local FINAL = {'completed', 'failed', 'cancelled'}
local OPEN = {'pending', 'validated', 'scheduled', 'running', 'pausing', 'paused', 'cancelling'}

local function now()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

-- Moves the job to its status. The field `status` of its state is the status it is indexed under.
-- at: time of the change; keep: ms until an ended job goes, '0' for an open one
local function move(jobs, state, id, status, at, keep)
  local before = redis.call('HGET', state, 'status')
  if before ~= status then
    redis.call('HSET', state, 'status', status)
    if before then
      redis.call('SREM', jobs .. 'open:' .. before, id)
      redis.call('ZREM', jobs .. before, id)
    end
    if keep == '0' then
      redis.call('SADD', jobs .. 'open:' .. status, id)
    end
  end
  if keep == '0' then
    redis.call('ZADD', jobs .. 'active', at, id)
    return
  end
  redis.call('ZREM', jobs .. 'active', id)
  redis.call('ZADD', jobs .. status, at, id)
  redis.call('ZADD', jobs .. 'leaving', string.format('%.0f', now() + keep), id)
end

-- Takes the job out of the index.
local function leave(jobs, id)
  for _, key in ipairs({'active', 'leaving', unpack(FINAL)}) do
    redis.call('ZREM', jobs .. key, id)
  end
  for _, status in ipairs(OPEN) do
    redis.call('SREM', jobs .. 'open:' .. status, id)
  end
  redis.call('SREM', jobs .. 'unrecorded', id)
  redis.call('SREM', jobs .. 'unread', id)
end

-- The beginning of the job's own keys.
local function own(namespace, id)
  return namespace .. ':{job:' .. id .. '}:'
end
