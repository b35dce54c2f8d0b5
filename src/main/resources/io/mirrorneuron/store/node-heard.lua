-- How long ago a living owner sent its last heartbeat (ms); -1 when it does not live.
-- KEYS: owners by the end of their life (ms)
-- ARGV: owner, how long a heartbeat lets it live (ms)
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local ends = tonumber(redis.call('ZSCORE', KEYS[1], ARGV[1]) or 0)
if ends <= now then
  return -1
end
return math.max(0, now + ARGV[2] - ends)
