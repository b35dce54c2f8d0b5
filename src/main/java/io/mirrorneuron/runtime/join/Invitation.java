package io.mirrorneuron.runtime.join;

import io.mirrorneuron.config.Secret;

/**
 * A join token that this node takes.
 *
 * @param redisUrl what a handshake with it tells of Redis, with a password; none when that is open
 *     to nobody else
 */
public record Invitation(Secret token, Secret redisUrl) {}
