-- The status that a job is indexed under; false when it is in no index.
-- KEYS: index of jobs
-- ARGV: job id
for _, status in ipairs(OPEN) do
  if redis.call('SISMEMBER', KEYS[1] .. 'open:' .. status, ARGV[1]) == 1 then
    return status
  end
end
for _, status in ipairs(FINAL) do
  if redis.call('ZSCORE', KEYS[1] .. status, ARGV[1]) then
    return status
  end
end
return false
