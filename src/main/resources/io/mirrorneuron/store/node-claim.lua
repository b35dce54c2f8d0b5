-- The first heartbeat of an owner, unless another one lives whose node has the same name, or others
-- live that may be silent for another time. Answers nothing; or that owner and how long it lives
-- without another heartbeat (ms); or '', that other time (ms) and the others.
-- KEYS: owners by the end of their life (ms), set of owners that earlier builds kept, where owners
-- are reached, the dead by the time of their death (ms), when somebody came or went
-- (us), '-' and how many have gone (also the channel: the owner, or '' when some have died), how long
-- all may be silent (ms)
-- ARGV: owner, how long it may be silent (ms), name of its node and '#', how long those may that
-- wrote down nothing, or what is no number (ms)
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
local own = tonumber(ARGV[2])
local told = redis.pcall('GET', KEYS[6])
local kept = tonumber(type(told) == 'string' and string.match(told, '^%d+$') or ARGV[4])
local others = {}
local older = 0 -- of those, how many live longer than they would had they read what is kept
for i = 1, #living, 2 do
  if living[i] ~= ARGV[1] then
    if string.sub(living[i], 1, #ARGV[3]) == ARGV[3] then
      return { living[i], living[i + 1] - now }
    end
    if living[i + 1] - now > kept then
      older = older + 1
    end
    others[#others + 1] = living[i]
  end
end
local silent = kept
if older > 0 and (own == kept or older == #others) then
  silent = tonumber(ARGV[4])
end
if #others > 0 and silent ~= own then
  return { '', silent, unpack(others) }
end
redis.call('SET', KEYS[6], ARGV[2]) -- whatever was there
redis.call('ZADD', KEYS[1], string.format('%.0f', now + ARGV[2]), ARGV[1])
redis.call('ZREM', KEYS[4], ARGV[1])
redis.call('SET', KEYS[5], changes)
redis.pcall('PUBLISH', KEYS[5], #gone > 0 and '' or ARGV[1])
return {}
