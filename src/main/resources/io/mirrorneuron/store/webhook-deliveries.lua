-- What webhooks that this server sends have to deliver. Of each target: its deliveries in order, those
-- that are dead, the last ones that were delivered. Times are by the clock of Redis.
-- KEYS: first part of all keys, leader (hash, see leader.lua)
-- ARGV: operation, most deliveries of a state, most bytes of a state, most delivered ones that are
--       remembered, most ids that are remembered, then what the operation takes
local first = KEYS[1]
local due = first .. 'due'
local operation = ARGV[1]
local most, most_bytes, most_done, most_seen =
  tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])

-- meta (hash): seq, open, disabled, delivered, dropped, pending_bytes, dead_bytes
-- pending, dead, seen (sorted sets: id by number), done (list of ids)
-- bodies, about, tries, notes, whys (hashes by id)
local PARTS = {
  'meta', 'pending', 'dead', 'seen', 'done', 'bodies', 'about', 'tries', 'notes', 'whys' }

local function of(target, part)
  return first .. target .. ':' .. part
end

local function now()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

local function at(time)
  return string.format('%.0f', time)
end

local function isLed(term)
  return term == '0' or redis.call('HGET', KEYS[2], 'term') == term
end

local function head(target)
  return redis.call('ZRANGE', of(target, 'pending'), 0, 0)[1]
end

local function tries(target, id)
  return redis.call('HGET', of(target, 'tries'), id) or '0'
end

local function number(target)
  return redis.call('HINCRBY', of(target, 'meta'), 'seq', 1)
end

local function isDisabled(target)
  return redis.call('HEXISTS', of(target, 'meta'), 'disabled') == 1
end

-- The next one may be tried now.
local function turn(target)
  if head(target) and not isDisabled(target) then
    redis.call('ZADD', due, at(now()), target)
  else
    redis.call('ZREM', due, target)
  end
end

local function leave(target, state, id)
  redis.call('ZREM', of(target, state), id)
  local bytes = redis.call('HSTRLEN', of(target, 'bodies'), id)
  return redis.call('HINCRBY', of(target, 'meta'), state .. '_bytes', -bytes)
end

local function enter(target, state, id)
  redis.call('ZADD', of(target, state), number(target), id)
  local bytes = redis.call('HSTRLEN', of(target, 'bodies'), id)
  return redis.call('HINCRBY', of(target, 'meta'), state .. '_bytes', bytes)
end

local function forget(target, id)
  for _, part in ipairs({ 'bodies', 'about', 'tries', 'notes', 'whys' }) do
    redis.call('HDEL', of(target, part), id)
  end
end

local function bury(target, id, why)
  leave(target, 'pending', id)
  redis.call('HSET', of(target, 'whys'), id, why)
  local held = enter(target, 'dead', id)
  local count = redis.call('ZCARD', of(target, 'dead'))
  while count > 1 and (count > most or held > most_bytes) do
    local oldest = redis.call('ZRANGE', of(target, 'dead'), 0, 0)[1]
    held = leave(target, 'dead', oldest)
    forget(target, oldest)
    redis.call('HINCRBY', of(target, 'meta'), 'dropped', 1)
    count = count - 1
  end
end

-- Answers whether it is new. The head stays, as it may be under way.
local function add(target, id, body, about, why)
  local meta = of(target, 'meta')
  if redis.call('HEXISTS', meta, 'open') == 0 or isDisabled(target)
      or redis.call('ZSCORE', of(target, 'seen'), id)
      or redis.call('HEXISTS', of(target, 'bodies'), id) == 1 then
    return 0
  end
  redis.call('HSET', of(target, 'bodies'), id, body)
  redis.call('HSET', of(target, 'about'), id, about)
  local held = enter(target, 'pending', id)
  redis.call('ZADD', of(target, 'seen'), redis.call('HGET', meta, 'seq'), id)
  redis.call('ZREMRANGEBYRANK', of(target, 'seen'), 0, -(most_seen + 1))
  local count = redis.call('ZCARD', of(target, 'pending'))
  if count == 1 then
    turn(target)
  end
  while count > 2 and (count > most or held > most_bytes) do
    local oldest = redis.call('ZRANGE', of(target, 'pending'), 1, 1)[1]
    bury(target, oldest, why)
    held = tonumber(redis.call('HGET', meta, 'pending_bytes'))
    count = count - 1
  end
  return 1
end

local function tell(into, target)
  local id = head(target)
  if not id then
    redis.call('ZREM', due, target)
    return
  end
  into[#into + 1] = target
  into[#into + 1] = id
  into[#into + 1] = redis.call('HGET', of(target, 'about'), id)
  into[#into + 1] = redis.call('HGET', of(target, 'bodies'), id)
  into[#into + 1] = tries(target, id)
end

local operations = {}

-- target
function operations.open()
  return redis.call('HSETNX', of(ARGV[6], 'meta'), 'open', 1)
end

-- target
function operations.forget()
  for _, part in ipairs(PARTS) do
    redis.call('DEL', of(ARGV[6], part))
  end
  return redis.call('ZREM', due, ARGV[6])
end

-- id, about, body, why the oldest go when there are too many, then targets. Answers to how many.
function operations.add()
  local added = 0
  for i = 10, #ARGV do
    added = added + add(ARGV[i], ARGV[6], ARGV[8], ARGV[7], ARGV[9])
  end
  return added
end

-- most. Answers target, id, about, body and tries of each target that is due, in turn.
function operations.due()
  local told = {}
  local targets = redis.call('ZRANGEBYSCORE', due, '-inf', at(now()), 'LIMIT', 0, ARGV[6])
  for _, target in ipairs(targets) do
    tell(told, target)
  end
  return told
end

-- target. Answers the same of it, if it is due.
function operations.head()
  local told = {}
  local score = redis.call('ZSCORE', due, ARGV[6])
  if score and tonumber(score) <= now() then
    tell(told, ARGV[6])
  end
  return told
end

-- term, target, id, tries before, how long nobody else tries it (ms). Answers 1; 0 when it is another by
-- now; -1 when another server leads.
function operations.begin()
  local target, id = ARGV[7], ARGV[8]
  if not isLed(ARGV[6]) then
    return -1
  end
  if head(target) ~= id or tries(target, id) ~= ARGV[9] or isDisabled(target) then
    return 0
  end
  redis.call('HINCRBY', of(target, 'tries'), id, 1)
  redis.call('ZADD', due, at(now() + ARGV[10]), target)
  return 1
end

-- term, target, id, tries, what became of it, note, delay of the next try (ms), why. Answers as begin.
function operations.settle()
  local target, id, what = ARGV[7], ARGV[8], ARGV[10]
  if not isLed(ARGV[6]) then
    return -1
  end
  if head(target) ~= id or tries(target, id) ~= ARGV[9] then
    return 0
  end
  redis.call('HSET', of(target, 'notes'), id, ARGV[11])
  if what == 'retry' then
    redis.call('ZADD', due, at(now() + ARGV[12]), target)
  elseif what == 'disabled' then
    redis.call('HSET', of(target, 'meta'), 'disabled', ARGV[13])
    redis.call('ZREM', due, target)
  elseif what == 'dead' then
    bury(target, id, ARGV[13])
    turn(target)
  else
    leave(target, 'pending', id)
    redis.call('HDEL', of(target, 'bodies'), id)
    redis.call('HINCRBY', of(target, 'meta'), 'delivered', 1)
    redis.call('LPUSH', of(target, 'done'), id)
    while redis.call('LLEN', of(target, 'done')) > most_done do
      forget(target, redis.call('RPOP', of(target, 'done')))
    end
    turn(target)
  end
  return 1
end

-- target, state, most. Answers id, about, tries, note, why and when it is tried next (0: not known) in turn.
function operations.list()
  local target, state = ARGV[6], ARGV[7]
  local ids
  if state == 'pending' then
    ids = redis.call('ZRANGE', of(target, 'pending'), 0, ARGV[8] - 1)
  elseif state == 'dead' then
    ids = redis.call('ZREVRANGE', of(target, 'dead'), 0, ARGV[8] - 1)
  else
    ids = redis.call('LRANGE', of(target, 'done'), 0, ARGV[8] - 1)
  end
  local told = {}
  for i, id in ipairs(ids) do
    local next = state == 'pending' and i == 1 and redis.call('ZSCORE', due, target)
    told[#told + 1] = id
    told[#told + 1] = redis.call('HGET', of(target, 'about'), id)
    told[#told + 1] = tries(target, id)
    told[#told + 1] = redis.call('HGET', of(target, 'notes'), id) or ''
    told[#told + 1] = redis.call('HGET', of(target, 'whys'), id) or ''
    told[#told + 1] = next and at(tonumber(next)) or '0'
  end
  return told
end

-- target. Answers why it is disabled (''), then how many are pending, dead, were delivered, were dropped.
function operations.overview()
  local meta = of(ARGV[6], 'meta')
  return {
    redis.call('HGET', meta, 'disabled') or '',
    redis.call('ZCARD', of(ARGV[6], 'pending')),
    redis.call('ZCARD', of(ARGV[6], 'dead')),
    tonumber(redis.call('HGET', meta, 'delivered') or '0'),
    tonumber(redis.call('HGET', meta, 'dropped') or '0') }
end

-- target, id of a dead one ('': all). Answers how many wait again, as far as there is room.
function operations.replay()
  local target, count = ARGV[6], 0
  local ids = ARGV[7] == '' and redis.call('ZRANGE', of(target, 'dead'), 0, -1) or { ARGV[7] }
  for _, id in ipairs(ids) do
    local room = redis.call('ZCARD', of(target, 'pending')) < most
    if room and redis.call('ZSCORE', of(target, 'dead'), id) then
      leave(target, 'dead', id)
      redis.call('HDEL', of(target, 'tries'), id)
      redis.call('HDEL', of(target, 'whys'), id)
      enter(target, 'pending', id)
      count = count + 1
      if redis.call('ZCARD', of(target, 'pending')) == 1 then
        turn(target)
      end
    end
  end
  return count
end

-- target. What waits goes on with tries of its own. Answers whether it was disabled.
function operations.enable()
  local target = ARGV[6]
  local was = redis.call('HDEL', of(target, 'meta'), 'disabled')
  local id = head(target)
  if was == 1 and id then
    redis.call('HDEL', of(target, 'tries'), id)
    turn(target)
  end
  return was
end

return operations[operation]()
