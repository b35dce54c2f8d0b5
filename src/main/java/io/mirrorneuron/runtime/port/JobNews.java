package io.mirrorneuron.runtime.port;

/** Listener for new events of jobs. Called on any thread; must not block. */
@FunctionalInterface
public interface JobNews {

  /**
   * @param isPressing whether people may be waiting for it: the job has ended, or asks them
   */
  void changed(String jobId, boolean isPressing);
}
