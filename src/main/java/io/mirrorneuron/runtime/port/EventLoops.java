package io.mirrorneuron.runtime.port;

import java.util.concurrent.Executor;

/**
 * Port: the threads that state machines run on. All work of a job runs on one event loop, task
 * after task, so the state of a job needs no locks.
 */
@FunctionalInterface
public interface EventLoops {
  Executor of(String jobId);
}
