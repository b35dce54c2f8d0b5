package io.mirrorneuron.port.node;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.node.PeerPrograms.Opening;
import io.mirrorneuron.port.node.PeerPrograms.Part;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;

/** Port: programs that this node runs for jobs of others. Blocking; thread-safe. */
public interface HostedPrograms {
  /** Of a node that takes none. */
  HostedPrograms NONE =
      new HostedPrograms() {
        @Override
        public RemoteTask open(Opening opening, byte[] record) {
          throw MnException.notFound("execution", opening.executionId());
        }

        @Override
        public byte[] describe() {
          throw MnException.unavailable("this node runs no programs of others", null);
        }

        @Override
        public void bundle(String fingerprint, OutputStream to) {
          throw MnException.notFound("bundle", fingerprint);
        }
      };

  /**
   * Begins an execution, or finds it.
   *
   * @param record null when none is to be begun
   * @throws MnException NOT_FOUND when there is none and none is begun; PRECONDITION {@link
   *     PeerPrograms#FENCED}; UNAVAILABLE when this node does no work now
   */
  RemoteTask open(Opening opening, byte[] record);

  /** This node as placement sees it, as JSON. */
  byte[] describe();

  /**
   * Writes payload files that are here, as they are hashed.
   *
   * @throws MnException NOT_FOUND when they are not
   */
  void bundle(String fingerprint, OutputStream to) throws IOException;

  /** One execution as one owner of its job hears of it; what a former owner says has no effect. */
  interface RemoteTask {
    /**
     * Tells what happens until all is acknowledged, the outlet closes or somebody else listens. On
     * the calling thread.
     */
    void serve(Outlet outlet) throws InterruptedException;

    void acknowledge(long number);

    void stop();
  }

  /** Who listens. */
  interface Outlet {
    boolean isOpen();

    /** Returns when the part is on its way: a slow listener holds up its own thread only. */
    void send(Part part);

    /** Waits for {@link #wake}; returns after some time without it. */
    void await(Duration atMost) throws InterruptedException;

    /** From any thread. */
    void wake();
  }
}
