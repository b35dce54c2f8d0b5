-- Begins a commit.lua that ends an open job whose state cannot be read or written: what the job had
-- goes, but for its manifest and its events, and then the commit is all there is. Its epoch is
-- lower than any owner's, so whoever works on the job is fenced. Answers 0 when the job is not open.
-- KEYS: as in commit.lua
-- ARGV: as in commit.lua
if not redis.call('ZSCORE', KEYS[6] .. 'active', ARGV[2]) then
  return 0
end
local known = redis.pcall('HMGET', KEYS[1], 'run', 'key') -- an error when it is damaged
redis.call('UNLINK', KEYS[1], KEYS[3], KEYS[5])
if redis.call('TYPE', KEYS[2]).ok ~= 'stream' then
  redis.call('UNLINK', KEYS[2])
end
for _, execution in ipairs(redis.call('HKEYS', KEYS[7])) do
  if string.sub(execution, 1, #ARGV[2] + 1) == ARGV[2] .. '.' then
    redis.call('HDEL', KEYS[7], execution)
  end
end
leave(KEYS[6], ARGV[2])
redis.call('HSET', KEYS[1], 'epoch', ARGV[1])
for place, field in ipairs({'run', 'key'}) do
  if known[place] then
    redis.call('HSET', KEYS[1], field, known[place])
  end
end
