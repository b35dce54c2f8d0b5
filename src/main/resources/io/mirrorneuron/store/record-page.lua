-- One page of records with their ids.
-- KEYS: records, names or due
-- ARGV: "name" or "due", bound (exclusive id, or inclusive time), how many to skip, limit
-- Answers id, record, id, record, ...
local ids
if ARGV[1] == 'name' then
  local from = ARGV[2] == '' and '-' or '(' .. ARGV[2]
  ids = redis.call('ZRANGEBYLEX', KEYS[2], from, '+', 'LIMIT', ARGV[3], ARGV[4])
else
  ids = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', ARGV[2], 'LIMIT', ARGV[3], ARGV[4])
end
local page = {}
for _, id in ipairs(ids) do
  page[#page + 1] = id
  page[#page + 1] = redis.call('HGET', KEYS[1], id)
end
return page
