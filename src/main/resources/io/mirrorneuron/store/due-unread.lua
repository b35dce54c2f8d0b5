-- Answers jobs whose time is over and whose runs wait for a reader.
-- KEYS: index of jobs
-- ARGV: how many at most
local jobs = KEYS[1]
local found = {}
if redis.call('EXISTS', jobs .. 'unread') == 0 then
  return found
end
local due = string.format('%.0f', now())
for _, id in ipairs(redis.call('ZRANGEBYSCORE', jobs .. 'leaving', '-inf', due)) do
  if #found == tonumber(ARGV[1]) then
    break
  end
  if redis.call('SISMEMBER', jobs .. 'unread', id) == 1 then
    table.insert(found, id)
  end
end
return found
