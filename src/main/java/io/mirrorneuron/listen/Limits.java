package io.mirrorneuron.listen;

import java.time.Duration;

/**
 * @param connections that may be open at a time at each door
 * @param head longest time from the first byte of a request's head to its last, and from the
 *     opening of a connection to its first request
 */
public record Limits(int connections, Duration head) {}
