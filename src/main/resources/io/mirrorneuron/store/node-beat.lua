-- A heartbeat by the clock of Redis. Answers 1 when the owner was alive before it, else 0; how many
-- have gone since the first; a text that is another one whenever others live than before; then all
-- who live, unless the caller knows that text: many servers ask, and few come and go. Others are told
-- at once over a channel, where Redis lets it happen; nobody relies on that.
-- KEYS: owners by the end of their life (ms), where they are reached by owner, what they told of
-- themselves by owner, the dead that told something by the time of their death (ms), when it was
-- that somebody came or went (us), '-' and how many have gone (also the channel: the owner, or '' when
-- some have died), how long all may be silent (ms)
-- ARGV: owner ('': nobody's), how long it lives (ms; 0: it lives no more), where it is reached ('':
-- as before), what it tells of itself ('': as before), the text that the caller knows ('': none)
local time = redis.call('TIME')
local now = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
local gone = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now)
local changes = redis.call('GET', KEYS[5]) or ''
local departures = tonumber(string.match(changes, '-(%d+)$') or 0) + #gone
local changed = #gone > 0
if changed then
  for _, dead in ipairs(gone) do
    redis.call('HDEL', KEYS[2], dead)
    redis.call('ZADD', KEYS[4], now, dead)
  end
  redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
end
local known = 0
if ARGV[1] ~= '' then
  if redis.call('ZSCORE', KEYS[1], ARGV[1]) then
    known = 1
  else
    redis.call('ZREM', KEYS[4], ARGV[1])
    changed = true
  end
  if ARGV[2] == '0' then
    redis.call('ZREM', KEYS[1], ARGV[1])
    redis.call('ZADD', KEYS[4], now, ARGV[1])
    redis.call('HDEL', KEYS[2], ARGV[1])
    departures = departures + 1
    changed = true
  else
    redis.call('ZADD', KEYS[1], string.format('%.0f', now + ARGV[2]), ARGV[1])
    local kept = redis.pcall('GET', KEYS[6])
    if type(kept) ~= 'string' or not string.match(kept, '^%d+$') then
      redis.call('SET', KEYS[6], ARGV[2]) -- lost, by Redis or by somebody
    end
    if ARGV[3] ~= '' then
      redis.call('HSET', KEYS[2], ARGV[1], ARGV[3])
    end
    if ARGV[4] ~= '' then
      redis.call('HSET', KEYS[3], ARGV[1], ARGV[4])
    end
  end
end
if changed then
  changes = time[1] .. string.format('%06d', time[2]) .. '-' .. departures
  redis.call('SET', KEYS[5], changes)
  redis.pcall('PUBLISH', KEYS[5], #gone > 0 and '' or ARGV[1])
end
local version = changes .. ':' .. redis.call('ZCARD', KEYS[1])
if version == ARGV[5] then
  return { known, departures, version }
end
return { known, departures, version, redis.call('ZRANGE', KEYS[1], 0, -1) }
