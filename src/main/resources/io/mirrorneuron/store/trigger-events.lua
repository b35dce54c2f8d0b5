-- Events that start jobs. Each teller has its documents in a hash by number, and their bytes counted.
-- KEYS: counter of events, seal of one id or '', and of each teller its documents, numbers
--       (sorted set), and bytes
-- ARGV: operation, then what it takes
local counter = KEYS[1]

local operations = {}

-- ARGV: document, seal or '', how long it holds (s), most events, most bytes. KEYS of one teller.
-- Answers the seal that was there before, or false.
function operations.add()
  local document, seal = ARGV[2], ARGV[3]
  if seal ~= '' then
    local before = redis.call('GET', KEYS[2])
    if before then
      return before
    end
    redis.call('SET', KEYS[2], seal, 'EX', ARGV[4])
  end
  local documents, numbers, bytes = KEYS[3], KEYS[4], KEYS[5]
  local number = redis.call('INCR', counter)
  redis.call('HSET', documents, number, document)
  redis.call('ZADD', numbers, number, number)
  local held = redis.call('INCRBY', bytes, #document)
  local count = redis.call('ZCARD', numbers)
  while count > 1 and (count > tonumber(ARGV[5]) or held > tonumber(ARGV[6])) do
    local oldest = redis.call('ZRANGE', numbers, 0, 0)[1]
    held = redis.call('DECRBY', bytes, redis.call('HSTRLEN', documents, oldest))
    redis.call('HDEL', documents, oldest)
    redis.call('ZREM', numbers, oldest)
    count = count - 1
  end
  return false
end

-- ARGV: most. KEYS: counter, then of each teller what is above. Answers number and document in turn.
function operations.newest()
  local told = {}
  for i = 2, #KEYS, 3 do
    local numbers = redis.call('ZREVRANGE', KEYS[i + 1], 0, ARGV[2] - 1)
    for _, number in ipairs(numbers) do
      told[#told + 1] = number
      told[#told + 1] = redis.call('HGET', KEYS[i], number)
    end
  end
  return told
end

return operations[ARGV[1]]()
