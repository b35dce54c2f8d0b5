-- Instances of services. A record is '<owner>\n<job>\n<epoch>\n<document>'. What an owner has left
-- of an instance is a record of its own, by '<instance>\nleft': '<owner>\n<job>\n<epoch> <until, ms>\n<document>'.
-- The role of a job in a deployment is '<role>\n<since, ms>'; it is that of all its instances.
-- KEYS: names of services, living owners by the end of their life (ms), open jobs, roles by job, first
--       part of the keys of records, and of one service its records by instance
-- ARGV: operation, what the beginning of this script takes, then what the operation takes
-- It begins with services-here.lua, or with services-given.lua where jobs are elsewhere.
local AN_HOUR = 3600000
local function parts(record)
  return string.match(record, '^([^\n]*)\n([^\n]*)\n([^\n]*)\n(.*)$')
end

-- Milliseconds since the epoch.
local function clock()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

-- Epoch and end of what an owner has left, or nil of what is registered.
local function left(its)
  local since, till = string.match(its, '^(%d+) (%d+)$')
  return tonumber(since), tonumber(till)
end

-- Whether what was left is told: its job is open, and there is time.
local function lasts(job, its)
  local since, till = left(its)
  local now = epoch(job)
  return since and now and tonumber(now) >= since and till > clock() or false
end

-- The role of a job, or nil.
local function role(job)
  local stored = redis.call('HGET', roles, job)
  return stored and string.match(stored, '^[^\n]*')
end

local function assign(job, its)
  redis.call('HSET', roles, job, its .. '\n' .. string.format('%.0f', clock()))
end

local operations = {}

-- ARGV: owner, job, epoch, name, instance, document. Answers 0 when the writer is fenced.
function operations.put()
  if epoch(ARGV[4]) ~= ARGV[5] then
    return 0
  end
  local before = redis.call('HGET', records, ARGV[7])
  local _, holder, later = parts(before or '')
  if holder == ARGV[4] and tonumber(later) > tonumber(ARGV[5]) then
    return 0
  end
  local record = ARGV[3] .. '\n' .. ARGV[4] .. '\n' .. ARGV[5] .. '\n' .. ARGV[8]
  redis.call('HSET', records, ARGV[7], record)
  redis.call('SADD', names, ARGV[6])
  return 1
end

-- ARGV: epoch, name, instance. Answers 0 when a later owner has registered it.
function operations.remove()
  local record = redis.call('HGET', records, ARGV[5])
  if record then
    local _, _, its = parts(record)
    if tonumber(its) > tonumber(ARGV[3]) then
      return 0
    end
    redis.call('HDEL', records, ARGV[5])
  end
  if redis.call('EXISTS', records) == 0 then
    redis.call('SREM', names, ARGV[4])
  end
  return 1
end

-- ARGV: job, epoch, instance, milliseconds. Answers 0 when nothing of this owner is told.
function operations.leave()
  local record = redis.call('HGET', records, ARGV[5])
  if not record then
    return 0
  end
  local owner, job, its, document = parts(record)
  if its ~= ARGV[4] or epoch(job) ~= its then
    return 0
  end
  local till = string.format('%.0f', clock() + ARGV[6])
  redis.call('HSET', records, ARGV[5] .. '\nleft', owner .. '\n' .. job .. '\n' .. its .. ' ' .. till .. '\n' .. document)
  return 1
end

-- ARGV: job, epoch, instance. Nothing is done about what a later owner has left.
function operations.supersede()
  local field = ARGV[5] .. '\nleft'
  local record = redis.call('HGET', records, field)
  if record then
    local _, _, its = parts(record)
    if left(its) <= tonumber(ARGV[4]) then
      redis.call('HDEL', records, field)
    end
  end
  return 1
end

-- ARGV: job, instance. The epoch under which it was left, or 0.
function operations.under()
  local record = redis.call('HGET', records, ARGV[4] .. '\nleft')
  if not record then
    return 0
  end
  local _, job, its = parts(record)
  return lasts(job, its) and left(its) or 0
end

-- ARGV: owner.
function operations.forget()
  for _, name in ipairs(redis.call('SMEMBERS', names)) do
    local all = redis.call('HGETALL', first .. name)
    for i = 1, #all, 2 do
      local owner, _, its = parts(all[i + 1])
      if owner == ARGV[3] and left(its) then
        redis.call('HDEL', first .. name, all[i])
      end
    end
  end
  return 1
end

-- '<role>\n<document>' of one service, or of all when its records are not among the keys.
function operations.read()
  local now = clock()
  local alive = {}
  local function lives(owner)
    if alive[owner] == nil then
      local till = redis.call('ZSCORE', living, owner)
      alive[owner] = till and tonumber(till) > now or false
    end
    return alive[owner]
  end
  local told = {}
  local function tell(key)
    local all = redis.call('HGETALL', key)
    local stays = {}
    for i = 1, #all, 2 do
      local owner, job, its, document = parts(all[i + 1])
      if owner and lives(owner) and lasts(job, its) then
        stays[string.match(all[i], '^(.*)\nleft$')] = true
        told[#told + 1] = (role(job) or '') .. '\n' .. document
      end
    end
    for i = 1, #all, 2 do
      local owner, job, its, document = parts(all[i + 1])
      if owner and not stays[all[i]] and lives(owner) and isNow(job, its) then
        told[#told + 1] = (role(job) or '') .. '\n' .. document
      end
    end
  end
  if records then
    tell(records)
  else
    for _, name in ipairs(redis.call('SMEMBERS', names)) do
      tell(first .. name)
    end
  end
  return told
end

-- ARGV: job. One that is about to be made, so that it need not be open.
function operations.candidate()
  redis.call('HSETNX', roles, ARGV[3], 'candidate\n' .. string.format('%.0f', clock()))
  return 1
end

-- ARGV: old job, new job. Answers 0 when the new one has had its turn.
function operations.replace()
  if (role(ARGV[4]) or 'candidate') ~= 'candidate' then
    return 0
  end
  assign(ARGV[4], 'primary')
  assign(ARGV[3], 'retired')
  return 1
end

-- Removes records of jobs that have ended or are in another epoch. A dead owner may come back.
function operations.sweep()
  local removed = 0
  local past = clock() - AN_HOUR
  local all = redis.call('HGETALL', roles)
  for i = 1, #all, 2 do
    local since = string.match(all[i + 1], '\n(%d+)$')
    if isClosed(all[i]) and tonumber(since) < past then
      redis.call('HDEL', roles, all[i])
    end
  end
  for _, name in ipairs(redis.call('SMEMBERS', names)) do
    local key = first .. name
    local all = redis.call('HGETALL', key)
    for i = 1, #all, 2 do
      local _, job, its = parts(all[i + 1])
      local _, till = left(its or '')
      if not job or till and (isClosed(job) or till <= clock()) or not till and isOver(job, its) then
        redis.call('HDEL', key, all[i])
        removed = removed + 1
      end
    end
    if redis.call('EXISTS', key) == 0 then
      redis.call('SREM', names, name)
    end
  end
  return removed
end

-- Answers the jobs of all records, or of those of one service when these are among the keys, and that
-- have a role; some more than once.
function operations.jobs()
  local jobs = redis.call('HKEYS', roles)
  local function add(key)
    for _, record in ipairs(redis.call('HVALS', key)) do
      local _, job = parts(record)
      jobs[#jobs + 1] = job
    end
  end
  if records then
    add(records)
  else
    for _, name in ipairs(redis.call('SMEMBERS', names)) do
      add(first .. name)
    end
  end
  return jobs
end

return operations[ARGV[1]]()
