package io.mirrorneuron.port.schedule;

import java.time.Duration;
import java.util.List;

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
}
