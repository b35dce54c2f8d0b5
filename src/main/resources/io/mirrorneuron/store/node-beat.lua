-- A heartbeat by the clock of Redis. Answers 1 when the owner was alive before it, else 0, then all
-- who live.
-- KEYS: owners by the end of their life (ms), where they are reached by owner, what they told of
-- themselves by owner, the dead that told something by the time of their death (ms)
-- ARGV: owner ('': nobody's), how long it lives (ms; 0: it lives no more), where it is reached ('':
-- as before), what it tells of itself ('': as before)
local time = redis.call('TIME')
local now = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
for _, dead in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now)) do
  redis.call('HDEL', KEYS[2], dead)
  redis.call('ZADD', KEYS[4], now, dead)
end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
local known = 0
if ARGV[1] ~= '' then
  if redis.call('ZSCORE', KEYS[1], ARGV[1]) then
    known = 1
  else
    redis.call('ZREM', KEYS[4], ARGV[1])
  end
  if ARGV[2] == '0' then
    redis.call('ZREM', KEYS[1], ARGV[1])
    redis.call('ZADD', KEYS[4], now, ARGV[1])
    redis.call('HDEL', KEYS[2], ARGV[1])
  else
    redis.call('ZADD', KEYS[1], string.format('%.0f', now + ARGV[2]), ARGV[1])
    if ARGV[3] ~= '' then
      redis.call('HSET', KEYS[2], ARGV[1], ARGV[3])
    end
    if ARGV[4] ~= '' then
      redis.call('HSET', KEYS[3], ARGV[1], ARGV[4])
    end
  end
end
local answer = redis.call('ZRANGE', KEYS[1], 0, -1)
table.insert(answer, 1, known)
return answer
