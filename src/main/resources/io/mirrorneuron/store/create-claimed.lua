-- Begins a create.lua that makes a job in a bucket. Its run id and idempotency key are claimed elsewhere
-- before (claims.lua); refused with VOID when another submission has taken these claims over.
-- KEYS: as in create.lua, then void mark of the job, intents of the bucket
-- ARGV: as in create.lua, without content hash, run id and payload files; the time to live is the run
--       id that the author chose ('': none)
if redis.call('EXISTS', KEYS[11]) == 1 then
  return redis.error_reply('VOID')
end
if ARGV[2] ~= '' then
  redis.call('HSET', KEYS[1], 'run', ARGV[2])
  redis.call('ZREM', KEYS[12], ARGV[5] .. '\n' .. ARGV[2])
end
