package io.mirrorneuron.listen;

import java.time.Duration;

/**
 * @param connections open at the same time per endpoint
 * @param head longest time from the first byte of a request's head to its last, and from the
 *     opening of a connection to its first request
 */
public record Limits(int connections, Duration head) {
  /** Of all headers of a request together; a token takes 8 KiB at most. */
  public static final int HEADER_BYTES = 16 << 10;

  /** Of the first line of a request, in which the path of a socket may carry a token. */
  public static final int LINE_BYTES = 12 << 10;
}
