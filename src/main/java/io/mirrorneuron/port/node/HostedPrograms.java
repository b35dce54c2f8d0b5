package io.mirrorneuron.port.node;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.node.PeerPrograms.Opening;
import io.mirrorneuron.port.node.PeerPrograms.Part;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;

/**
 * Remote tasks on this node: programs that it runs for jobs of other nodes. Blocking. Thread-safe.
 */
public interface HostedPrograms {
  /** For a node that runs no remote tasks. */
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
   * Begins an execution, or returns the existing one.
   *
   * @param record null to only look up an existing execution
   * @throws MnException NOT_FOUND when there is none and none is begun; PRECONDITION {@link
   *     PeerPrograms#FENCED}; UNAVAILABLE when this node does no work now
   */
  RemoteTask open(Opening opening, byte[] record);

  /** This node's state for placement, as JSON. */
  byte[] describe();

  /**
   * Writes payload files stored here, in the form that is hashed.
   *
   * @throws MnException NOT_FOUND when they are missing
   */
  void bundle(String fingerprint, OutputStream to) throws IOException;

  /** One execution, as seen by one owner of its job; calls of a former owner have no effect. */
  interface RemoteTask {
    /**
     * Sends events until all are acknowledged, the outlet closes or another listener takes over.
     * Runs on the calling thread.
     */
    void serve(Outlet outlet) throws InterruptedException;

    void acknowledge(long number);

    void stop();
  }

  /** The listener's connection. */
  interface Outlet {
    boolean isOpen();

    /** Returns when the part is on its way: a slow listener blocks its own thread only. */
    void send(Part part);

    /** Waits for {@link #wake}, or for the given time. */
    void await(Duration atMost) throws InterruptedException;

    /** From any thread. */
    void wake();
  }
}
