package io.mirrorneuron.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * What is measured and how long.
 *
 * @param quick a tenth of the work: shows that everything runs, not how fast
 * @param program the packaged {@code mn}
 * @param folder for everything that is written; removed at the end
 * @param recordings folder where each server leaves a flight recording, or null: none is made
 * @param peer the server to be compared with, or null: nothing is
 */
record Plan(boolean quick, Path program, Path folder, Path recordings, Peer.Programs peer) {
  static final int CONNECTIONS = 16;

  int rounds() {
    return quick ? 1 : 3;
  }

  int warmUps() {
    return quick ? 1 : 2;
  }

  int readSeconds() {
    return quick ? 2 : 5;
  }

  /** {@code full} of something, or less. */
  int count(int full) {
    return quick ? Math.max(20, full / 5) : full;
  }

  void progress(String text) {
    System.err.println("bench: " + text);
  }

  static int freePort() throws IOException {
    try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return probe.getLocalPort();
    }
  }

  static void pause(long millis) {
    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis));
  }
}
