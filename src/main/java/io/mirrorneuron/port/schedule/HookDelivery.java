package io.mirrorneuron.port.schedule;

import java.util.Map;
import java.util.TreeMap;

/** What a sender sent to a webhook: the very bytes, which are what is signed, and what said so. */
public final class HookDelivery {
  private final byte[] body;
  private final Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);

  /**
   * @param body not copied
   * @param headers that matter for signatures and ids; without regard to case
   */
  public HookDelivery(byte[] body, Map<String, String> headers) {
    this.body = body;
    this.headers.putAll(headers);
  }

  public byte[] body() {
    return body;
  }

  /** Null for one that is not there. */
  public String header(String name) {
    return headers.get(name);
  }

  public Map<String, String> headers() {
    return Map.copyOf(headers);
  }
}
