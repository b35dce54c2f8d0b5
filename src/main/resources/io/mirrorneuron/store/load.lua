-- The whole of one job as of one moment.
-- KEYS: state, manifest, blobs
return {redis.call('HGETALL', KEYS[1]), redis.call('GET', KEYS[2]), redis.call('HGETALL', KEYS[3])}
