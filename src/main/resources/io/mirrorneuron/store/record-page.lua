-- One page of records with their ids.
-- KEYS: records, names or due
-- ARGV: "name" or "due", bound (exclusive id, or inclusive time), how many to skip, limit, bytes
-- Answers id, record, id, record, ... and 1 behind them when so many bytes came before the limit
local ids
if ARGV[1] == 'name' then
  local from = ARGV[2] == '' and '-' or '(' .. ARGV[2]
  ids = redis.call('ZRANGEBYLEX', KEYS[2], from, '+', 'LIMIT', ARGV[3], ARGV[4])
else
  ids = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', ARGV[2], 'LIMIT', ARGV[3], ARGV[4])
end
local page = {}
local bytes = 0
for i, id in ipairs(ids) do
  local record = redis.call('HGET', KEYS[1], id)
  page[#page + 1] = id
  page[#page + 1] = record
  bytes = bytes + #record
  if bytes >= tonumber(ARGV[5]) and i < #ids then
    page[#page + 1] = 1
    break
  end
end
return page
