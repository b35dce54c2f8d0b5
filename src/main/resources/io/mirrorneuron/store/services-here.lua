-- Begins services.lua where jobs are beside the services.
-- ARGV: operation, key of a job's state without the job's id
local names, living, open, roles, first, records = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local epochs = {}

-- The epoch of a job as a text, or false when the job is not open.
local function epoch(job)
  if epochs[job] == nil then
    epochs[job] = false
    if redis.call('ZSCORE', open, job) then
      local _, to = string.find(ARGV[2], '{job:', 1, true)
      local key = string.sub(ARGV[2], 1, to) .. job .. string.sub(ARGV[2], to + 1)
      local stored = redis.pcall('HGET', key, 'epoch')
      epochs[job] = type(stored) == 'string' and stored
    end
  end
  return epochs[job]
end

local function isClosed(job)
  return not epoch(job)
end

-- Whether this is the epoch of the job.
local function isNow(job, its)
  return epoch(job) == its
end

-- Whether what was registered in this epoch is over.
local function isOver(job, its)
  return epoch(job) ~= its
end

