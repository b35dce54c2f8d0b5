package io.mirrorneuron.port.schedule;

import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * A delivery as it is told. Times are ISO texts; what is not known is null.
 *
 * @param deliveryId the id of its event, which the target gets as {@code webhook-id}
 * @param state {@code pending}, {@code dead} or {@code delivered}
 * @param tries that have begun
 * @param lastStatus what the target answered
 * @param lastError why the last try failed
 * @param lastAnswer the beginning of the body of an answer that was no success
 * @param nextTryAt of the one that is next of its target
 * @param deadReason why it is not tried again
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record WebhookDelivery(
    String deliveryId,
    String eventType,
    String state,
    int tries,
    String createdAt,
    String lastTriedAt,
    Integer lastStatus,
    String lastError,
    String lastAnswer,
    String nextTryAt,
    String deadReason) {}
