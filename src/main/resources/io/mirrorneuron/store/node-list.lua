-- What nodes have told of themselves: owner, what it told, 1 when it lives, one after the other. The
-- dead are forgotten after a while.
-- KEYS: owners by the end of their life (ms), what they told by owner, the dead by the time of their
-- death (ms)
-- ARGV: how long the dead are remembered (ms)
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local old = string.format('%.0f', now - ARGV[1])
for _, dead in ipairs(redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', old)) do
  redis.call('HDEL', KEYS[2], dead)
end
redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', old)
local told = redis.call('HGETALL', KEYS[2])
local answer = {}
for i = 1, #told, 2 do
  local score = redis.call('ZSCORE', KEYS[1], told[i])
  answer[#answer + 1] = told[i]
  answer[#answer + 1] = told[i + 1]
  answer[#answer + 1] = score and tonumber(score) > now and 1 or 0
end
return answer
