package io.mirrorneuron.runtime.remote;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.PeerJobs;
import io.mirrorneuron.port.node.HostedPrograms;
import io.mirrorneuron.port.node.PeerPrograms.Part;
import io.mirrorneuron.port.node.PeerPrograms.Talk;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** The stream of a remote task on this node whose job has moved to this node, too. */
final class LocalStream implements Talk, HostedPrograms.Outlet {
  private static final int MOST_HELD = 16;

  private final HostedPrograms.RemoteTask remoteTask;
  private final BlockingQueue<Part> parts = new ArrayBlockingQueue<>(MOST_HELD);
  private final Semaphore news = new Semaphore(0);
  private volatile boolean closed;
  private volatile boolean ended;

  LocalStream(HostedPrograms.RemoteTask remoteTask) {
    this.remoteTask = remoteTask;
    Thread.ofVirtual().name("mn-own-guest").start(this::serve);
  }

  private void serve() {
    try {
      remoteTask.serve(this);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      ended = true;
    }
  }

  @Override
  public Part next(Duration atMost) throws InterruptedException {
    long until = System.nanoTime() + atMost.toNanos();
    Part part = parts.poll(100, TimeUnit.MILLISECONDS);
    while (part == null && !ended && System.nanoTime() - until < 0) {
      part = parts.poll(100, TimeUnit.MILLISECONDS);
    }
    if (part == null && ended && parts.isEmpty()) {
      throw new MnException(ErrorCode.UNAVAILABLE, PeerJobs.REPLY_LOST, "nothing more is told");
    }
    return part;
  }

  @Override
  public void acknowledge(long number) {
    remoteTask.acknowledge(number);
  }

  @Override
  public void stop() {
    remoteTask.stop();
  }

  @Override
  public void close() {
    closed = true;
    parts.clear();
    wake();
  }

  @Override
  public boolean isOpen() {
    return !closed;
  }

  @Override
  public void send(Part part) {
    try {
      while (!closed && !parts.offer(part, 1, TimeUnit.SECONDS)) {
        // its reader writes to a disk
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      closed = true;
    }
  }

  @Override
  public void await(Duration atMost) throws InterruptedException {
    if (news.tryAcquire(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
      news.drainPermits();
    }
  }

  @Override
  public void wake() {
    news.release();
  }
}
