package io.mirrorneuron.runtime.service;

import io.vertx.core.Future;

/** Somebody was connected to, and what came was no answer that can be read. */
final class BadAnswer extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private BadAnswer(Throwable cause) {
    super(cause.getMessage(), cause, false, false);
  }

  /** The same answer, where a failure is one of who answers. */
  static <T> Future<T> of(Future<T> answer) {
    return answer.recover(wrong -> Future.failedFuture(new BadAnswer(wrong)));
  }
}
