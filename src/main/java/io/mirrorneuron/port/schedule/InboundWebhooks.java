package io.mirrorneuron.port.schedule;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Addresses at which others tell what happened. Blocking and thread-safe. */
public interface InboundWebhooks {
  /** So many there can be. */
  int MOST = 1000;

  /** So long what was before is accepted too, where nobody says how long. */
  Duration USUAL_OVERLAP = Duration.ofDays(1);

  /** So long at most. */
  Duration LONGEST_OVERLAP = Duration.ofDays(7);

  /**
   * Makes an address.
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
   * Gives it a secret that the sender has chosen; its address stays.
   *
   * @param overlap how long the old secret is accepted too; null for {@link #USUAL_OVERLAP}
   * @throws io.mirrorneuron.model.MnException INVALID when its senders do not sign, or it is none
   */
  InboundWebhook change(String id, String secret, Duration overlap);

  /**
   * Gives it a new address and a new secret.
   *
   * @param overlap how long the old ones are accepted too; null for {@link #USUAL_OVERLAP}
   * @return with both
   */
  InboundWebhook rotate(String id, Duration overlap);

  /** Its address is unknown from then on. */
  void delete(String id);

  /**
   * Finds out whether a token opens anything, before anything is read of what is sent.
   *
   * @throws io.mirrorneuron.model.MnException NOT_FOUND, without the token
   */
  void requireKnown(String token);

  /**
   * Makes an event of what a sender sent.
   *
   * @throws io.mirrorneuron.model.MnException NOT_FOUND for a token that opens nothing, which is
   *     not repeated; FORBIDDEN for a wrong signature
   */
  AcceptedHook receive(String token, HookDelivery delivery);

  /** What the sender of an event is told: it has no right to more. */
  public record AcceptedHook(String eventId, String status) {}

  /**
   * What a sender sent to a webhook: the very bytes, which are what is signed, and what said so.
   */
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
   * An address at which others tell what happened, as it is told. Times are ISO texts.
   *
   * @param direction {@code inbound}
   * @param previousUntil until when what was before the last change is accepted too; null when it
   *     is not
   * @param token the end of the address; null but for who made it or rotated it just now
   * @param path below the server; the same
   * @param secret the same
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
