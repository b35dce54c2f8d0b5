package io.mirrorneuron.runtime.exec.pool;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.function.IntPredicate;

/**
 * Port numbers for programs. Ports that other processes listen on are found by trying them.
 *
 * @param first of the range for requests without a number
 * @param last of the range
 * @param begin the first number to allocate
 * @param isFree whether no process listens on the port
 */
public record Ports(int first, int last, int begin, Trial isFree) {

  public interface Trial {
    boolean test(int number, boolean udp);
  }

  /**
   * Tries ports on this machine.
   *
   * @param seed selects the first number, different for each server: a port allocated a moment ago
   *     is free until its program listens
   */
  public static Ports ofMachine(int first, int last, int seed) {
    int begin = first + Math.floorMod(seed, last - first + 1);
    return new Ports(
        first, last, begin, (number, udp) -> udp ? isUdpFree(number) : isTcpFree(number));
  }

  /**
   * The next free number after the last allocated one, so that clients of an old port do not reach
   * a new program.
   *
   * @param after 0 when none was allocated
   * @return 0 when none is free
   */
  int pick(int after, boolean udp, IntPredicate taken) {
    int size = last - first + 1;
    int start = (after == 0 ? begin : after + 1) - first;
    for (int i = 0; i < size; i++) {
      int number = first + (start + i) % size;
      if (!taken.test(number) && isFree.test(number, udp)) {
        return number;
      }
    }
    return 0;
  }

  private static boolean isTcpFree(int number) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true); // a port with lingering old connections counts as free
      socket.bind(new InetSocketAddress(number));
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static boolean isUdpFree(int number) {
    try (DatagramSocket socket = new DatagramSocket(null)) {
      socket.bind(new InetSocketAddress(number));
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
