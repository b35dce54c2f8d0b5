-- Takes or keeps the lead of what is done once for all servers, by the clock of Redis. Answers the
-- term, a number that no later leader has, and ''; while another server leads 0 and a name of its
-- lease, which changes whenever that is kept.
-- KEYS: leader (hash: owner, term, until (ms))
-- ARGV: owner, how long it lasts (ms; 0: gives it up), the term that it has (0: none), name of a
--       lease that has ended whatever the clock says: it may have been set back ('': none)
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local held = redis.call('HMGET', KEYS[1], 'owner', 'term', 'until')
local lasts = held[1] and tonumber(held[3]) > now
local isOwner = held[1] == ARGV[1]
if lasts and not isOwner then
  local name = held[2] .. ':' .. held[3]
  if name ~= ARGV[4] then
    return { 0, name }
  end
end
local mine = lasts and isOwner and held[2] == ARGV[3]
if ARGV[2] == '0' then
  if mine then
    redis.call('HSET', KEYS[1], 'until', '0')
  end
  return { 0, '' }
end
if not mine then
  held[2] = redis.call('HINCRBY', KEYS[1], 'term', 1)
end
redis.call('HSET', KEYS[1], 'owner', ARGV[1], 'until', string.format('%.0f', now + ARGV[2]))
return { tonumber(held[2]), '' }
