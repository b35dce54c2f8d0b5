package io.mirrorneuron.gateway.stream;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.gateway.answer.Problem;

/** A subscriber's connection, in whatever form its protocol has. Lives on one event loop. */
interface StreamSink {

  /** Must be called once, before anything else. */
  void attach(Subscriber subscriber);

  /**
   * Whether the connection takes nothing for now; calls {@link Subscriber#advance} when it does
   * again.
   */
  boolean isFull();

  /**
   * Writes records from this one on, as many as fit one write.
   *
   * @return the index behind the last one written
   */
  int write(EventBatch batch, int from);

  /** Shows that the stream lives. */
  void heartbeat();

  /** The records have ended. */
  void end(long next);

  /** Breaks the stream off so that its client reconnects. */
  void cut();

  /**
   * Ends the stream because its records cannot be read; the client may come back for them.
   *
   * @param reported {@code {error, job_id | run_id}}: what it is in words, and what was followed
   */
  void fail(ObjectNode reported);

  /** Ends the stream with a failure: the area no longer lets this client follow. */
  void refuse(Problem problem);
}
