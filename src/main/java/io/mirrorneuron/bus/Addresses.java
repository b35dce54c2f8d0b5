package io.mirrorneuron.bus;

/** Names on the event bus. */
public final class Addresses {
  /** The header that names the operation. */
  public static final String OP = "op";

  /** The header of a request for admission of a call, sent before its body is read. */
  public static final String ADMISSION = "admission";

  /** The header of an intermediate answer (202). */
  public static final String ACCEPTED = "accepted";

  /** The header of an answer with the applied preferences of {@code Prefer}. */
  public static final String PREFERRED = "preferred";

  /** The header of a file request by another node. */
  public static final String FILE = "file";

  /** Where servers with areas announce their name, which is part of the addresses below. */
  public static final String AREAS = "mn.areas";

  /** {@code Bearer} and a token, as in HTTP. */
  public static final String AUTHORIZATION = "authorization";

  /** The header that authenticates processes of the same system; see {@code NodeToken}. */
  public static final String NODE_TOKEN = "node-token";

  /** The header with the handle of a file that the server holds for the caller. */
  public static final String HANDLE = "file";

  /** Where servers learn which callers of other processes no longer wait. */
  public static final String GONE = "mn.gone";

  private Addresses() {}

  /** Where the operations of a tag are answered. */
  public static String area(String tag) {
    return "mn." + tag;
  }

  /** Where the area receives the numbers of calls whose callers no longer wait. */
  public static String gone(String tag) {
    return area(tag) + ".gone";
  }

  /** Where the operations of a tag are answered by one server of a cluster. */
  public static String area(String tag, String node) {
    return area(tag) + "@" + node;
  }

  /** Where one server answers whether it serves. */
  public static String areas(String node) {
    return AREAS + "@" + node;
  }

  /** Where one server sends and receives files in pieces. */
  public static String files(String node) {
    return "mn.files@" + node;
  }
}
