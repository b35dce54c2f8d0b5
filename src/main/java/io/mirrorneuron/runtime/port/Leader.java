package io.mirrorneuron.runtime.port;

/**
 * Port: whether this server is the one that does what must be done once for all of them. Two may
 * think so for a moment, so everything a leader writes must be refused when it is late: a write
 * that names the revision it replaces, an effect with an id.
 */
@FunctionalInterface
public interface Leader {
  /** A server that has no others beside it. */
  Leader ALONE = () -> true;

  boolean leads();
}
