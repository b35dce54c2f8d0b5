package io.mirrorneuron.store.lane;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A master of a Redis Cluster, as one of its nodes knows it.
 *
 * @param address {@code host:port}
 * @param epoch of its configuration; raised whenever slots get another master
 * @param slots ranges, first and last in turn
 */
record SlotMaster(String address, long epoch, List<Integer> slots) {
  /** Where the members of a line are, see CLUSTER NODES. */
  private static final int ADDRESS = 1;

  private static final int FLAGS = 2;
  private static final int EPOCH = 6;
  private static final int SLOTS = 8;

  boolean has(int slot) {
    for (int i = 0; i < slots.size(); i += 2) {
      if (slots.get(i) <= slot && slot <= slots.get(i + 1)) {
        return true;
      }
    }
    return false;
  }

  /**
   * The masters that have slots.
   *
   * @param asked {@code host:port} of who told this; it may not know its own host
   */
  static List<SlotMaster> all(String told, String asked) {
    return told.lines()
        .map(line -> line.split(" "))
        .filter(line -> line.length > SLOTS)
        .filter(line -> Arrays.asList(line[FLAGS].split(",")).contains("master"))
        .map(line -> new SlotMaster(address(line[ADDRESS], asked), epoch(line), ranges(line)))
        .toList();
  }

  private static long epoch(String[] line) {
    return Long.parseLong(line[EPOCH]);
  }

  /** Of {@code host:port@bus,name}. */
  private static String address(String text, String asked) {
    String own = text.split("[@,]")[0];
    return own.startsWith(":") ? asked.substring(0, asked.lastIndexOf(':')) + own : own;
  }

  /** Without those that are on their way from or to it, which are in brackets. */
  private static List<Integer> ranges(String[] line) {
    List<Integer> ranges = new ArrayList<>();
    for (int i = SLOTS; i < line.length; i++) {
      if (!line[i].startsWith("[")) {
        String[] ends = line[i].split("-");
        ranges.add(Integer.valueOf(ends[0]));
        ranges.add(Integer.valueOf(ends[ends.length - 1]));
      }
    }
    return List.copyOf(ranges);
  }
}
