-- Writes or deletes one record if it still has the revision that was read.
-- KEYS: records (hash: id -> "<revision> <due at> <json>"), names (sorted set), due (sorted set)
-- ARGV: id, replaced revision, due at (0: never), json (absent: delete)
-- Answers the new revision, or 0 when the record is another by now.
local stored = redis.call('HGET', KEYS[1], ARGV[1])
local revision = stored and string.match(stored, '^%d+') or '0'
if revision ~= ARGV[2] then
  return 0
end
local due = tonumber(ARGV[3])
if #ARGV < 4 then
  redis.call('HDEL', KEYS[1], ARGV[1])
  redis.call('ZREM', KEYS[2], ARGV[1])
  redis.call('ZREM', KEYS[3], ARGV[1])
  return 1
end
-- Field '\0' counts the revisions of the kind: one that was deleted never comes back.
local next = redis.call('HINCRBY', KEYS[1], '\0', 1)
redis.call('HSET', KEYS[1], ARGV[1], string.format('%d %s %s', next, ARGV[3], ARGV[4]))
redis.call('ZADD', KEYS[2], 0, ARGV[1])
if due == 0 then
  redis.call('ZREM', KEYS[3], ARGV[1])
else
  redis.call('ZADD', KEYS[3], due, ARGV[1])
end
return next
