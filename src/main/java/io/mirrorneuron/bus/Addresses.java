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

  /** Where any server with areas says its name, which is part of the addresses below. */
  public static final String AREAS = "mn.areas";

  /** The header with what HTTP has under this name: {@code Bearer} and a token. */
  public static final String AUTHORIZATION = "authorization";

  /** The header by which processes of one system know each other; see {@code NodeToken}. */
  public static final String NODE_TOKEN = "node-token";

  /** The header that names a file which the server holds for the caller. */
  public static final String HANDLE = "file";

  /** Where all servers are told which callers of other processes no longer wait. */
  public static final String GONE = "mn.gone";

  private Addresses() {}

  /** Where the operations of a tag are answered. */
  public static String area(String tag) {
    return "mn." + tag;
  }

  /** Where the area gets the numbers of calls whose callers no longer wait. */
  public static String gone(String tag) {
    return area(tag) + ".gone";
  }

  /** Where the operations of a tag are answered by one server of a cluster. */
  public static String area(String tag, String node) {
    return area(tag) + "@" + node;
  }

  /** Where one server says whether it serves. */
  public static String areas(String node) {
    return AREAS + "@" + node;
  }

  /** Where one server gives and takes files in pieces. */
  public static String files(String node) {
    return "mn.files@" + node;
  }
}
