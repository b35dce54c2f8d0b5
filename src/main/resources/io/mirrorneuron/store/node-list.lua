-- What nodes have told of themselves: owner, what it told, 1 when it lives, one after the other. The
-- living that have told something come first; then all the dead in the order of their death, with ''
-- when they died before they told anything. The dead are forgotten after a while.
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
local texts = {}
local answer = {}
for i = 1, #told, 2 do
  texts[told[i]] = told[i + 1]
  local score = redis.call('ZSCORE', KEYS[1], told[i])
  if score and tonumber(score) > now then
    answer[#answer + 1] = told[i]
    answer[#answer + 1] = told[i + 1]
    answer[#answer + 1] = 1
  end
end
local function dead(owners)
  for _, owner in ipairs(owners) do
    answer[#answer + 1] = owner
    answer[#answer + 1] = texts[owner] or ''
    answer[#answer + 1] = 0
  end
end
dead(redis.call('ZRANGE', KEYS[3], 0, -1))
dead(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now)))
return answer
