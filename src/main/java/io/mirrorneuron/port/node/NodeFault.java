package io.mirrorneuron.port.node;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/**
 * Something that went wrong on a node for reasons of the node.
 *
 * @param at ISO-8601 in UTC, by the clock of the node that noted it
 * @param about which job's program it was, which node noted it, or which start of the server
 * @param reason for people, at most {@link #LONGEST_REASON} characters
 */
public record NodeFault(String at, Kind kind, String about, String reason) {
  public static final int LONGEST_REASON = 200;

  public NodeFault {
    reason = reason.length() > LONGEST_REASON ? reason.substring(0, LONGEST_REASON) : reason;
  }

  /** What kinds there are. */
  public enum Kind {
    /** A program could not begin. */
    NOT_BEGUN,
    /** It sends heartbeats, and another node did not reach it. */
    UNREACHED,
    /** It was gone without having ended in good order, and is back. */
    RETURNED,
    /** Of a newer server. */
    OTHER;

    @JsonValue
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    @JsonCreator
    static Kind of(String word) {
      for (Kind kind : values()) {
        if (kind.word().equals(word)) {
          return kind;
        }
      }
      return OTHER;
    }
  }
}
