-- Begins services.lua where jobs are elsewhere, and have been asked for before.
-- ARGV: operation, of each job that was asked for '<job>\n<epoch>\n', without epoch when it is not open
local names, living, open, roles, first, records = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local given = {}
for job, its in string.gmatch(ARGV[2], '([^\n]+)\n([^\n]*)\n') do
  given[job] = its
end

-- The epoch of a job as a text, or false when the job is not open.
local function epoch(job)
  return given[job] and given[job] ~= '' and given[job]
end

local function isClosed(job)
  return given[job] == ''
end

-- Whether this is the epoch of the job, or one that it has come to after the question.
local function isNow(job, its)
  return epoch(job) and (tonumber(its) or 0) >= tonumber(given[job])
end

-- Whether what was registered in this epoch is over. What came after the question is not.
local function isOver(job, its)
  return isClosed(job) or epoch(job) and tonumber(its) < tonumber(given[job])
end

