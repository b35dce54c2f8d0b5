package io.mirrorneuron.testing;

import io.mirrorneuron.model.RunStatus;
import io.mirrorneuron.store.Keys;
import io.mirrorneuron.store.bucket.Buckets;
import io.mirrorneuron.store.bucket.StorePlaces;
import io.mirrorneuron.store.bucket.StorePlaces.Place;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Compares the indexes of all buckets with the jobs that are there. */
public final class BucketIndexes {
  private static final Pattern STATE = Pattern.compile(".*\\{job:(.+)}:state");
  private static final List<String> OPEN =
      List.of("pending", "validated", "scheduled", "running", "pausing", "paused", "cancelling");

  private BucketIndexes() {}

  /** What does not agree, a sentence each. */
  public static List<String> problems(RedisClusterFixture redis, Keys keys) {
    List<String> problems = new ArrayList<>();
    StorePlaces places = redis.places(keys, false);
    for (Place place : places.jobs()) {
      Map<String, String> here = states(redis, place);
      here.keySet().stream()
          .filter(job -> !places.of(job).equals(place))
          .forEach(job -> problems.add(job + " lies in a bucket that is not its own"));
      check(place, here, problems);
    }
    return problems;
  }

  /** The status that each job of this bucket says it is indexed under. */
  private static Map<String, String> states(RedisClusterFixture redis, Place place) {
    Map<String, String> states = new HashMap<>();
    int slot = Buckets.slotOfKey(place.keys().jobs());
    for (Response key : redis.master(slot).ask(Command.CLUSTER, "GETKEYSINSLOT", slot, 100_000)) {
      Matcher state = STATE.matcher(key.toString());
      if (state.matches() && key.toString().startsWith(place.keys().namespace() + ":")) {
        Response status = ask(place, Command.HGET, key, "status");
        states.put(state.group(1), Objects.toString(status, null));
      }
    }
    return states;
  }

  private static void check(Place place, Map<String, String> stored, List<String> problems) {
    TreeSet<String> active = members(place, Command.ZRANGE, "active");
    TreeSet<String> ended = new TreeSet<>();
    TreeSet<String> open = new TreeSet<>();
    for (String status : RunStatus.FINAL_WORDS) {
      each(members(place, Command.ZRANGE, status), status, stored, ended, problems);
    }
    for (String status : OPEN) {
      each(members(place, Command.SMEMBERS, "open:" + status), status, stored, open, problems);
    }
    TreeSet<String> all = new TreeSet<>(ended);
    all.addAll(open);
    if (!active.equals(open)) {
      problems.add("active are " + active + ", by status " + open);
    }
    if (!members(place, Command.ZRANGE, "leaving").equals(ended)) {
      problems.add("those that leave are not those that have ended: " + ended);
    }
    if (!all.equals(new TreeSet<>(stored.keySet()))) {
      problems.add("indexed are " + all + ", stored " + stored.keySet());
    }
  }

  private static void each(
      TreeSet<String> jobs,
      String status,
      Map<String, String> stored,
      TreeSet<String> into,
      List<String> problems) {
    for (String job : jobs) {
      if (!into.add(job) || !status.equals(stored.get(job))) {
        problems.add(job + " is indexed as " + status + ", its state says " + stored.get(job));
      }
    }
  }

  private static TreeSet<String> members(Place place, Command read, String set) {
    Request request = Request.cmd(read).arg(place.keys().jobs() + set);
    if (read == Command.ZRANGE) {
      request.arg(0).arg(-1);
    }
    TreeSet<String> members = new TreeSet<>();
    place.pipelines().send(request).await().forEach(member -> members.add(member.toString()));
    return members;
  }

  private static Response ask(Place place, Command command, Object... arguments) {
    Request request = Request.cmd(command);
    for (Object argument : arguments) {
      request.arg(String.valueOf(argument));
    }
    return place.pipelines().send(request).await();
  }
}
