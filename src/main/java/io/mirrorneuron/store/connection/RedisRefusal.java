package io.mirrorneuron.store.connection;

import java.util.List;

/** What an error of Redis means for whoever sent the command. */
enum RedisRefusal {
  /** The connection ended, or the command was broken off: nobody knows what was done. */
  BROKEN_OFF("CONNECTION_CLOSED", "UNBLOCKED"),

  /** It takes no writes for now; the same server may again in a moment. */
  NOT_NOW("LOADING", "CLUSTERDOWN", "TRYAGAIN", "ASK", "NOREPLICAS", "BUSY"),

  /** It is no master, or not any more, or not of this: another connection may find the one. */
  NOT_HERE("READONLY", "MASTERDOWN", "MOVED"),

  /** Whoever runs it has to let this server in; until then nothing can be done. */
  NOT_ALLOWED("NOAUTH", "NOPERM", "WRONGPASS"),

  /** Its disk refuses writes. */
  DISK_FULL("MISCONF"),

  /** It holds as much as it may, and evicts nothing. */
  MEMORY_FULL("OOM"),

  /** It refused the command itself, and would do so again. */
  FOR_GOOD();

  private final List<String> codes;

  RedisRefusal(String... codes) {
    this.codes = List.of(codes);
  }

  /**
   * @param message the error as Redis sent it; older servers wrap what befell a command of a script
   */
  static RedisRefusal of(String message) {
    for (RedisRefusal meaning : values()) {
      if (meaning.codes.stream().anyMatch(code -> carries(message, code))) {
        return meaning;
      }
    }
    return FOR_GOOD;
  }

  private static boolean carries(String message, String code) {
    return message.equals(code)
        || message.startsWith(code + " ")
        || message.contains("-" + code + " ");
  }
}
