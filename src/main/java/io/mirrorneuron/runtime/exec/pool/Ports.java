package io.mirrorneuron.runtime.exec.pool;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.function.IntPredicate;

/**
 * Numbers of ports that programs are given. Those that somebody else listens on are found by trying
 * them.
 *
 * @param first of those that are given to who does not ask for a number
 * @param last of those
 * @param begin the one that is given first
 * @param isFree whether nobody listens on this port, of TCP or of UDP
 */
public record Ports(int first, int last, int begin, Trial isFree) {

  /** Whether nobody listens. */
  public interface Trial {
    boolean test(int number, boolean udp);
  }

  /**
   * Which are free is tried on this machine.
   *
   * @param seed says where to begin, another one for each server: a port that was given a moment
   *     ago is free until its program listens
   */
  public static Ports ofMachine(int first, int last, int seed) {
    int begin = first + Math.floorMod(seed, last - first + 1);
    return new Ports(
        first, last, begin, (number, udp) -> udp ? isUdpFree(number) : isTcpFree(number));
  }

  /**
   * A free number, the next one after the one given last, so that who still speaks to an old port
   * does not reach somebody new.
   *
   * @param after 0 when none was given
   * @return 0 when there is none
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
      socket.setReuseAddress(true); // a port of which old connections linger is free
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
