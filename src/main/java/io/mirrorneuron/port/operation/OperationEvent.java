package io.mirrorneuron.port.operation;

import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * Something that happened to an operation.
 *
 * @param type {@code operation_created}, {@code operation_started}, {@code item_started}, {@code
 *     item_completed}, {@code item_deferred}, {@code operation_deferred} or {@code
 *     operation_completed}
 * @param sequence 1 for the first, then one more each time
 * @param timestamp ISO-8601 in UTC
 * @param itemId the job that it is about; null when it is about the operation
 * @param status of the item; null when it is about the operation, as clients take any status for
 *     that of an item
 * @param operationStatus of the operation, when it is about that
 * @param counters as they were then, when the operation has ended or has to wait
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record OperationEvent(
    String type,
    String operationId,
    long sequence,
    String timestamp,
    String itemId,
    OperationView.Target target,
    String status,
    String operationStatus,
    ItemOutcome.Result result,
    String error,
    OperationView.Counters counters) {}
