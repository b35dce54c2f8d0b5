package io.mirrorneuron.runtime.port;

/** Hears of jobs that have new events. Any thread; must not block. */
@FunctionalInterface
public interface JobNews {

  /**
   * @param isPressing whether somebody may be waiting to see it: the job has ended, or asks people
   */
  void changed(String jobId, boolean isPressing);
}
