package io.mirrorneuron.listen;

/**
 * Headers that a request may have only once: two values are ambiguous, and a proxy in front may
 * have used the other one.
 */
final class SingleHeaders {
  private static final String[] NAMES = {
    "Authorization",
    "Content-Type",
    "Content-Encoding",
    "Range",
    "If-Range",
    "If-Modified-Since",
    "Last-Event-ID"
  };

  /** A bit for each name that was there. */
  private int seen;

  /**
   * One more header of the request.
   *
   * @throws BadRequest when it is there for the second time and may not be
   */
  void add(String name) {
    for (int i = 0; i < NAMES.length; i++) {
      if (NAMES[i].length() == name.length() && NAMES[i].equalsIgnoreCase(name)) {
        if ((seen & 1 << i) != 0) {
          throw RequestHead.twice(NAMES[i]);
        }
        seen |= 1 << i;
      }
    }
  }
}
