package io.mirrorneuron.bus;

/** Names on the event bus. */
public final class Addresses {
  /** The header that names the operation. */
  public static final String OP = "op";

  /** The header of a question whether a call may be made, before its body is there. */
  public static final String ADMISSION = "admission";

  /** The header of an answer that says what goes on (202), and not how it ended. */
  public static final String ACCEPTED = "accepted";

  /** The header of an answer that names what was done of the request's {@code Prefer}. */
  public static final String PREFERRED = "preferred";

  /** The header of a call of another node that wants a file. */
  public static final String FILE = "file";

  private Addresses() {}

  /** Where the operations of a tag are answered. */
  public static String area(String tag) {
    return "mn." + tag;
  }

  /** Where the area gets the numbers of calls whose callers no longer wait. */
  public static String gone(String tag) {
    return area(tag) + ".gone";
  }
}
