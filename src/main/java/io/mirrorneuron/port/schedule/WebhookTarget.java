package io.mirrorneuron.port.schedule;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Map;

/**
 * A target as it is told. Times are ISO texts.
 *
 * @param direction {@code outbound}
 * @param url without the values of its query
 * @param status {@code active} or {@code disabled}
 * @param disabledReason null while it is active
 * @param pending how many deliveries wait
 * @param dead how many were given up and can be replayed
 * @param delivered how many it got so far
 * @param dropped how many of the dead there was no room for
 * @param secret null but for who made it or rotated it just now
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record WebhookTarget(
    String webhookId,
    String name,
    String direction,
    String url,
    List<String> events,
    Map<String, Object> filters,
    String status,
    String disabledReason,
    long pending,
    long dead,
    long delivered,
    long dropped,
    String createdAt,
    String updatedAt,
    String secret) {}
