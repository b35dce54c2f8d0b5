-- What is one for all jobs, where these lie in buckets: a claim says which job has it, and lies in a
-- bucket of its own. It is made before the job, and counts once the job is there: the claim of a job
-- that does not exist is free. Whoever takes it over makes that job void first, in the job's bucket,
-- so that it cannot be made any more. A claim that does not go by itself is noted in the job's bucket
-- before (intent): the call that makes the job takes the note away, the one that removes it puts it
-- back, and who tidies up frees what is noted.
local operations = {}

local function now()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

-- KEYS: claim. ARGV: what is claimed ('<hash> <job>'), how long it holds (ms; 0: for ever), the claim
-- that it takes over ('': none). Answers the claim that holds.
function operations.claim()
  local known = redis.call('GET', KEYS[1])
  if known and known ~= ARGV[4] then
    return known
  end
  if ARGV[3] == '0' then
    redis.call('SET', KEYS[1], ARGV[2])
  else
    redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
  end
  return ARGV[2]
end

-- KEYS: claim. ARGV: the claim that is not needed any more.
function operations.free()
  if redis.call('GET', KEYS[1]) == ARGV[2] then
    return redis.call('DEL', KEYS[1])
  end
  return 0
end

-- KEYS: state of a job, its void mark. ARGV: how long it is void (ms). Answers whether the job exists.
function operations.void()
  if redis.call('EXISTS', KEYS[1]) == 1 then
    return 1
  end
  redis.call('SET', KEYS[2], '', 'PX', ARGV[2])
  return 0
end

-- KEYS: intents. ARGV: '<job>\n<run>'.
function operations.intend()
  return redis.call('ZADD', KEYS[1], string.format('%.0f', now()), ARGV[2])
end

-- KEYS: intents. ARGV: age (ms), how many at most. Answers those that are older.
function operations.intents()
  local old = string.format('%.0f', now() - ARGV[2])
  return redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', old, 'LIMIT', 0, ARGV[3])
end

return operations[ARGV[1]]()
