-- Where the payload files of bundles are. All keys begin with KEYS[1]:
--   at:          hash, fingerprint -> "<bytes> <place> <name>", place: redis, folder or node; of a
--                node, the names of nodes
--   used:        sorted set of the same fingerprints by their last use (ms, clock of Redis)
--   bytes:       what all with place redis take together
--   arriving:    hash, name -> "<until (ms)> <bytes>" of those for which room is set aside
--   data:<name>: hash of the parts of one, by number from 0, and its size; until it stands in `at`,
--                it goes by itself
-- ARGV: what to do, then its arguments
local base = KEYS[1]
local at, used, total, arriving = base .. 'at', base .. 'used', base .. 'bytes', base .. 'arriving'
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local function data(name)
  return base .. 'data:' .. name
end

local function split(entry)
  local bytes, place, name = string.match(entry, '^(%d+) (%S+) (.+)$')
  return bytes, place, name
end

local function touch(fingerprint)
  redis.call('ZADD', used, string.format('%.0f', now), fingerprint)
end

local function forget(fingerprint, entry)
  local bytes, place, name = split(entry)
  redis.call('HDEL', at, fingerprint)
  redis.call('ZREM', used, fingerprint)
  if place == 'redis' then
    redis.call('DECRBY', total, bytes)
    redis.call('UNLINK', data(name))
  end
end

local deeds = {}

-- fingerprint; answers the entry
function deeds.find(fingerprint)
  return redis.call('HGET', at, fingerprint)
end

-- fingerprint; answers the entry. One whose bytes somebody has removed is not known any more.
function deeds.keep(fingerprint)
  local entry = redis.call('HGET', at, fingerprint)
  if entry then
    local _, place, name = split(entry)
    if place == 'redis' and redis.call('EXISTS', data(name)) == 0 then
      forget(fingerprint, entry)
      return false
    end
    touch(fingerprint)
  end
  return entry
end

-- name, bytes, budget, how long the room is kept (ms); answers -1, or what others take
function deeds.reserve(name, bytes, budget, keep)
  local taken = tonumber(redis.call('GET', total) or '0')
  local all = redis.call('HGETALL', arriving)
  for i = 1, #all, 2 do
    local till, its = string.match(all[i + 1], '^(%d+) (%d+)$')
    if tonumber(till) <= now then
      redis.call('HDEL', arriving, all[i])
    else
      taken = taken + its
    end
  end
  if taken + bytes > tonumber(budget) then
    return taken
  end
  redis.call('HSET', arriving, name, string.format('%.0f %s', now + keep, bytes))
  redis.call('HSET', data(name), 'bytes', bytes)
  redis.call('PEXPIRE', data(name), keep)
  return -1
end

-- name, number, part
function deeds.write(name, number, part)
  if redis.call('EXISTS', data(name)) == 0 then
    return 0
  end
  redis.call('HSET', data(name), number, part)
  return 1
end

-- fingerprint, bytes, place, name; answers the entry that holds, or nothing
function deeds.publish(fingerprint, bytes, place, name)
  redis.call('HDEL', arriving, name)
  local known = redis.call('HGET', at, fingerprint)
  if known then
    local _, its, names = split(known)
    if its ~= 'node' then
      touch(fingerprint)
      redis.call('UNLINK', data(name))
      return known
    end
    if place == 'node' then
      if not string.find(' ' .. names .. ' ', ' ' .. name .. ' ', 1, true) then
        known = known .. ' ' .. name
        redis.call('HSET', at, fingerprint, known)
      end
      touch(fingerprint)
      return known
    end
  end
  if place == 'redis' then
    if redis.call('PERSIST', data(name)) == 0 then
      return false
    end
    redis.call('INCRBY', total, bytes)
  end
  local entry = bytes .. ' ' .. place .. ' ' .. name
  redis.call('HSET', at, fingerprint, entry)
  touch(fingerprint)
  return entry
end

-- fingerprint, name, bytes, budget, how long (ms), all its bytes; reserve, write and publish in one.
-- Answers what others take when there is no room, else the entry that holds
function deeds.put(fingerprint, name, bytes, budget, keep, part)
  local taken = deeds.reserve(name, bytes, budget, keep)
  if taken >= 0 then
    return taken
  end
  deeds.write(name, 0, part)
  return deeds.publish(fingerprint, bytes, 'redis', name)
end

-- age (ms); answers the moment, then the fingerprints
function deeds.unused(age)
  local moment = string.format('%.0f', now - age)
  local answer = redis.call('ZRANGEBYSCORE', used, '-inf', '(' .. moment)
  table.insert(answer, 1, moment)
  return answer
end

-- fingerprint, moment; answers the entry that was forgotten
function deeds.remove(fingerprint, moment)
  local last = redis.call('ZSCORE', used, fingerprint)
  local entry = redis.call('HGET', at, fingerprint)
  if not entry or (last and tonumber(last) >= tonumber(moment)) then
    return false
  end
  forget(fingerprint, entry)
  return entry
end

return deeds[ARGV[1]](unpack(ARGV, 2))
