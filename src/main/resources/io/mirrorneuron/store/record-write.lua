-- Writes or deletes one record if it still has the revision that was read, with what lies beside it.
-- KEYS: records (hash: id -> "<revision> <due at> <json>"), names (sorted set), due (sorted set),
--       leader (hash, see leader.lua), documents (hash), history of this record (list),
--       groups (hash: id -> its groups, one a line), news of the kind (stream),
--       first part of the keys of groups
-- ARGV: id, replaced revision, due at (0: never), term of the leader that writes (0: anybody),
--       groups, one a line, longest history, json ('': delete), document ('': as it was), most news,
--       how many records of the history follow, oldest first, and behind them news, oldest first
-- Answers the new revision, 0 when the record is another by now, -1 when another server leads.
if ARGV[4] ~= '0' and redis.call('HGET', KEYS[4], 'term') ~= ARGV[4] then
  return -1
end
local id = ARGV[1]
local stored = redis.call('HGET', KEYS[1], id)
local revision = stored and string.match(stored, '^%d+') or '0'
if revision ~= ARGV[2] then
  return 0
end
local before = redis.call('HGET', KEYS[7], id) or ''
local groups = ARGV[7] == '' and '' or ARGV[5]
if groups ~= before then
  for group in string.gmatch(before, '[^\n]+') do
    redis.call('ZREM', KEYS[9] .. group, id)
  end
  for group in string.gmatch(groups, '[^\n]+') do
    redis.call('ZADD', KEYS[9] .. group, 0, id)
  end
  redis.call('HSET', KEYS[7], id, groups)
end
if ARGV[7] == '' then
  redis.call('HDEL', KEYS[7], id)
  redis.call('HDEL', KEYS[1], id)
  redis.call('ZREM', KEYS[2], id)
  redis.call('ZREM', KEYS[3], id)
  redis.call('HDEL', KEYS[5], id)
  redis.call('DEL', KEYS[6])
  return 1
end
-- Field '\0' counts the revisions of the kind: one that was deleted never comes back.
local next = redis.call('HINCRBY', KEYS[1], '\0', 1)
redis.call('HSET', KEYS[1], id, string.format('%d %s %s', next, ARGV[3], ARGV[7]))
redis.call('ZADD', KEYS[2], 0, id)
if ARGV[3] == '0' then
  redis.call('ZREM', KEYS[3], id)
else
  redis.call('ZADD', KEYS[3], ARGV[3], id)
end
if ARGV[8] ~= '' then
  redis.call('HSET', KEYS[5], id, ARGV[8])
end
local past = tonumber(ARGV[10])
for i = 11, 10 + past do
  redis.call('LPUSH', KEYS[6], ARGV[i])
end
if past > 0 then
  redis.call('LTRIM', KEYS[6], 0, ARGV[6] - 1)
end
-- Field '\0news' counts them.
for i = 11 + past, #ARGV do
  local seq = redis.call('HINCRBY', KEYS[1], '\0news', 1)
  redis.call('XADD', KEYS[8], 'MAXLEN', ARGV[9], seq .. '-0', 'e', ARGV[i])
end
return next
