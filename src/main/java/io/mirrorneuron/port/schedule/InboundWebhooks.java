package io.mirrorneuron.port.schedule;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Inbound webhooks. Blocking. Thread-safe. */
public interface InboundWebhooks {
  /** Maximum number of inbound webhooks. */
  int MOST = 1000;

  /** Default overlap in which the previous credentials are accepted. */
  Duration USUAL_OVERLAP = Duration.ofDays(1);

  Duration LONGEST_OVERLAP = Duration.ofDays(7);

  /**
   * Creates a webhook.
   *
   * @return the only answer with its token and its secret
   * @throws io.mirrorneuron.model.MnException INVALID; EXHAUSTED when there are {@link #MOST}
   */
  InboundWebhook create(NewHook wanted);

  List<InboundWebhook> list();

  /**
   * @throws io.mirrorneuron.model.MnException NOT_FOUND
   */
  InboundWebhook get(String id);

  /**
   * Sets a secret chosen by the sender; the address stays.
   *
   * @param overlap how long the old secret is also accepted; null for {@link #USUAL_OVERLAP}
   * @throws io.mirrorneuron.model.MnException INVALID for an unsigned webhook or an invalid secret
   */
  InboundWebhook change(String id, String secret, Duration overlap);

  /**
   * Replaces address and secret.
   *
   * @param overlap how long the old ones are also accepted; null for {@link #USUAL_OVERLAP}
   * @return with both
   */
  InboundWebhook rotate(String id, Duration overlap);

  void delete(String id);

  /**
   * Checks a token before any of the request's body is read.
   *
   * @throws MnException NOT_FOUND, without the token
   */
  void requireKnown(String token);

  /**
   * Turns a delivery into an event.
   *
   * @throws io.mirrorneuron.model.MnException NOT_FOUND for an unknown token, which the message
   *     does not repeat; FORBIDDEN for a wrong signature
   */
  AcceptedHook receive(String token, HookDelivery delivery);

  /** Minimal answer to the sender of an event, who has no right to more. */
  public record AcceptedHook(String eventId, String status) {}

  /** A request to a webhook: the exact bytes, which are signed, and the relevant headers. */
  public static final class HookDelivery {
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

  /**
   * An inbound webhook: an address to which external systems send events. Times are ISO texts.
   *
   * @param direction {@code inbound}
   * @param previousUntil end of the overlap in which the previous credentials are accepted; null
   *     for none
   * @param token the end of the address; null except right after creation or rotation, as are
   *     {@code path} and {@code secret}
   * @param path below the server
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record InboundWebhook(
      String webhookId,
      String name,
      String direction,
      String eventType,
      String signature,
      String previousUntil,
      String createdAt,
      String updatedAt,
      String token,
      String path,
      String secret) {}

  /**
   * An address that is to be made.
   *
   * @param name for people, and in the source of its events
   * @param eventType of its events; null for {@code webhook_received}
   * @param signature {@code generic}, {@code github}, {@code stripe} or {@code none}; null for the
   *     first
   * @param secret that senders sign with; null for one that is made up
   */
  public record NewHook(String name, String eventType, String signature, String secret) {}
}
