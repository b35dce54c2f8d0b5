package io.mirrorneuron.runtime.local;

import java.util.List;

/**
 * A round of work that an operation wants done. It may be done more than once, also by two servers
 * at the same time: whatever was done to a job before is found, and told the same.
 *
 * @param round tells it from others of its operation
 * @param jobs that it is about
 * @param order of the operation
 */
record OperationEffect(int round, List<String> jobs, Operation.Order order) {}
