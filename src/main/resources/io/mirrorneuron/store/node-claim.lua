-- The first heartbeat of an owner, unless another one lives whose node has the same name. Answers
-- nothing, or that owner and how long it lives without another heartbeat (ms).
-- KEYS: owners by the end of their life (ms), set of owners that earlier builds kept, where owners
-- are reached, the dead by the time of their death (ms), when somebody came or went
-- (us), '-' and how many have gone
-- ARGV: owner, how long it lives (ms), name of its node and '#'
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local gone = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now))
local departures = tonumber(string.match(redis.call('GET', KEYS[5]) or '', '-(%d+)$') or 0) + #gone
local changes = time[1] .. string.format('%06d', time[2]) .. '-' .. departures
for _, dead in ipairs(gone) do
  redis.call('HDEL', KEYS[3], dead)
  redis.call('ZADD', KEYS[4], string.format('%.0f', now), dead)
  redis.call('SET', KEYS[5], changes)
end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now))
redis.call('DEL', KEYS[2])
local living = redis.call('ZRANGE', KEYS[1], 0, -1, 'WITHSCORES')
for i = 1, #living, 2 do
  if living[i] ~= ARGV[1] and string.sub(living[i], 1, #ARGV[3]) == ARGV[3] then
    return {living[i], living[i + 1] - now}
  end
end
redis.call('ZADD', KEYS[1], string.format('%.0f', now + ARGV[2]), ARGV[1])
redis.call('ZREM', KEYS[4], ARGV[1])
redis.call('SET', KEYS[5], changes)
return {}
