package io.mirrorneuron.gateway.stream;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.gateway.answer.Problem;

/** A subscriber's connection, independent of its protocol. Runs on one event loop. */
interface StreamSink {

  /** Must be called once, before anything else. */
  void attach(Subscriber subscriber);

  /** Backpressure: when full, calls {@link Subscriber#advance} as soon as there is room again. */
  boolean isFull();

  /**
   * Writes records starting at {@code from}, as many as fit one write.
   *
   * @return the index after the last one written
   */
  int write(EventBatch batch, int from);

  void heartbeat();

  /** No record follows. */
  void end(long next);

  /** Breaks the stream off so that its client reconnects. */
  void cut();

  /**
   * Ends the stream because its records cannot be read; the client may reconnect later.
   *
   * @param reported {@code {error, job_id | run_id}}: the error as a sentence, and the stream's
   *     subject
   */
  void fail(ObjectNode reported);

  /** Ends the stream with a failure: the client may no longer follow it. */
  void refuse(Problem problem);
}
