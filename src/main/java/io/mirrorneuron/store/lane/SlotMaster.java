package io.mirrorneuron.store.lane;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A master of a Redis Cluster, as one of its nodes knows it.
 *
 * @param id of the node
 * @param isOwn whether it has told this of itself
 * @param address {@code host:port}
 * @param epoch of its configuration; raised whenever slots get another master
 * @param slots ranges, first and last in turn
 */
record SlotMaster(String id, boolean isOwn, String address, long epoch, List<Integer> slots) {
  /** Where the members of a line are, see CLUSTER NODES. */
  private static final int ID = 0;

  private static final int ADDRESS = 1;
  private static final int FLAGS = 2;
  private static final int EPOCH = 6;
  private static final int SLOTS = 8;

  /**
   * Where a slot is: at the master with the newest configuration of those that have it. Which slots
   * are its own each master knows best: others may never hear that it has given one up, when it has
   * got another one since.
   *
   * @param told by several nodes
   */
  static Optional<SlotMaster> of(int slot, List<SlotMaster> told) {
    Set<String> others =
        told.stream()
            .filter(each -> each.isOwn && !each.has(slot))
            .map(SlotMaster::id)
            .collect(Collectors.toSet());
    return told.stream()
        .filter(each -> each.has(slot) && !others.contains(each.id))
        .max(Comparator.comparingLong(SlotMaster::epoch));
  }

  boolean has(int slot) {
    for (int i = 0; i < slots.size(); i += 2) {
      if (slots.get(i) <= slot && slot <= slots.get(i + 1)) {
        return true;
      }
    }
    return false;
  }

  /**
   * The masters.
   *
   * @param asked {@code host:port} of who told this; it may not know its own host
   */
  static List<SlotMaster> all(String told, String asked) {
    return told.lines()
        .map(line -> line.split(" "))
        .filter(line -> line.length >= SLOTS)
        .filter(line -> isFlagged(line, "master"))
        .map(line -> of(line, asked))
        .toList();
  }

  private static boolean isFlagged(String[] line, String flag) {
    return Arrays.asList(line[FLAGS].split(",")).contains(flag);
  }

  private static SlotMaster of(String[] line, String asked) {
    return new SlotMaster(
        line[ID],
        isFlagged(line, "myself"),
        address(line[ADDRESS], asked),
        Long.parseLong(line[EPOCH]),
        ranges(line));
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
