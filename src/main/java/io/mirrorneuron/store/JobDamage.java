package io.mirrorneuron.store;

import io.mirrorneuron.model.MnException;
import io.vertx.core.Future;

/** Maps foreign or broken data in a job's keys to the error {@code job_damaged}. */
public final class JobDamage {
  private JobDamage() {}

  /** The same answer; a wrong-type error of Redis becomes {@code job_damaged}. */
  public static <T> Future<T> named(String jobId, Future<T> answer) {
    return answer.recover(
        failure -> {
          String text = String.valueOf(failure.getMessage());
          return Future.failedFuture(
              text.contains("WRONGTYPE")
                  ? MnException.damaged(
                      jobId, "one of its keys in Redis holds another type of value")
                  : text.contains("hash value is not an integer")
                      ? MnException.damaged(jobId, "epoch must be an integer")
                      : failure);
        });
  }

  /**
   * @throws MnException {@code job_damaged}
   */
  public static long number(String jobId, String field, String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw MnException.damaged(jobId, field + " must be an integer");
    }
  }
}
