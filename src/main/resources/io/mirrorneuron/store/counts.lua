-- How many jobs have each status, as of one moment: status, number, status, number, ...
-- KEYS: index of jobs
local counts = {}
for _, status in ipairs(FINAL) do
  counts[#counts + 1] = status
  counts[#counts + 1] = redis.call('ZCARD', KEYS[1] .. status)
end
for _, status in ipairs(OPEN) do
  counts[#counts + 1] = status
  counts[#counts + 1] = redis.call('SCARD', KEYS[1] .. 'open:' .. status)
end
return counts
