package io.mirrorneuron.port.schedule;

import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * An address at which others tell what happened, as it is told. Times are ISO texts.
 *
 * @param direction {@code inbound}
 * @param previousUntil until when what was before the last change is accepted too; null when it is
 *     not
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
